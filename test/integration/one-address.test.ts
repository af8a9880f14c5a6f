import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Browser } from 'playwright-core';
import { WebSocket } from 'ws';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { Servers } from '../support/servers/upstreams.ts';

const page = `<!DOCTYPE html><html><body>
<script>delete window.WebSocket;</script>
<script src="/shim/websocket.min.js"></script><script src="/chat/iframe.js"></script>
<script>
function converse(path) {
  return new Promise(function (resolve) {
    var socket = new SockJS(path, null, { transports: ['websocket'], timeout: 10000 }), taken = [];
    socket.onopen = function () { socket.send('hello'); };
    socket.onmessage = function (event) {
      taken.push(event.data);
      if (taken.length === 2) socket.close();
    };
    socket.onclose = function () { resolve(taken); };
  });
}
</script></body></html>`;

describe('one address means the same on a fallback and natively', () => {
  const servers = new Servers();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let client: FallbackClient;
  /** Request targets that the backend got, and messages. */
  const heard: string[] = [];

  before(async () => {
    const backend = await servers.webSocket((socket, request: IncomingMessage) => {
      heard.push(request.url ?? '');
      const greeting = new URL(request.url ?? '', 'ws://b').searchParams.get('greeting');
      if (greeting !== null) socket.send(greeting);
      socket.on('message', (data) => {
        heard.push(String(data));
        socket.send(String(data));
      });
    });
    gateway = await startGateway({
      routes: [
        { path: '/spring', backend: `ws://127.0.0.1:${backend}/spring/websocket` },
        { path: '/chat', backend: `ws://127.0.0.1:${backend}` },
      ],
    });
    client = new FallbackClient(gateway.port);
  });
  beforeEach(() => {
    heard.length = 0;
  });
  after(async () => {
    client?.close();
    await gateway?.close();
    servers.stopAll();
  });

  /** The backend's request target for an address, natively. */
  async function natively(address: string): Promise<string> {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${address}`);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.terminate();
    return heard.shift() as string;
  }

  for (const [address, target] of Object.entries({
    '/spring': '/spring/websocket',
    '/spring/websocket': '/spring/websocket',
    '/spring/websocket?a=1': '/spring/websocket?a=1',
    '/spring/x/websocket/': '/spring/websocket/x',
    '/chat/websocket': '/chat',
    '/chat/1/2/3/websocket': '/chat/1',
    '/chat/room/x': '/chat/room/x',
  })) {
    it(`the backend gets ${target} for ${address}`, async () => {
      assert.equal(await natively(address), target);
      const [path = '', query] = address.split('?');
      const url = query === undefined ? path : `${path}?${query}`;
      await client.create(path.replace(/\/+$/, ''), { url });
      assert.equal(heard[0], target);
    });
  }

  it('the address of a SockJS session carries the frames of SockJS', async () => {
    const path = '/chat/000/abc/websocket';
    const token = await client.create(path, { url: `${path}?greeting=online` });
    assert.equal(heard[0], '/chat?greeting=online');
    const { body } = await client.post('xhr-polling', token, 'D1,0␞#1␞T["hello"]␞', path);
    assert.ok(body.startsWith('A1␞#1␞To␞') || body.startsWith('#1␞To␞'), body);
    assert.match(body, /Ta\["online"\]␞/);
    const next = await client.post('xhr-polling', token, 'D2,2␞', path);
    assert.match(next.body, /Ta\["hello"\]␞/);
    assert.equal(heard[1], 'hello');
  });

  it('SockJS without WebSocket has no such session on a fallback either', async () => {
    const without = await startGateway({
      routes: [{ path: '/chat', backend: 'echo:' }],
      sockjs: { websocket: false },
    });
    const other = new FallbackClient(without.port);
    await assert.rejects(other.create('/chat/000/abc/websocket'), /create: 404/);
    other.close();
    await without.close();
  });

  describe('sockjs-client on top of the shim, in a page without WebSocket', function () {
    this.timeout(60_000);
    let browser: Browser;

    before(async function () {
      requireOrSkip(this, 'chromium');
      browser = await launchChromium();
    });
    after(() => browser?.close());

    // Each begins like a frame of SockJS.
    for (const greeting of ['online: 5', 'o', 'h', 'a["x"]', 'c[3000,"Go away!"]', '[]']) {
      it(`talks to a server that greets with ${greeting}`, async () => {
        const front = await startFront(gateway.port, { '/_test/page.html': () => page });
        const tab = await browser.newPage();
        try {
          await tab.goto(`http://127.0.0.1:${front.port}/_test/page.html`);
          const address = `/chat?greeting=${encodeURIComponent(greeting)}`;
          assert.deepEqual(await tab.evaluate(`converse(${JSON.stringify(address)})`), [greeting, 'hello']);
          assert.equal(heard.at(-1), 'hello');
        } finally {
          await tab.close();
          await front.close();
        }
      });
    }
  });
});
