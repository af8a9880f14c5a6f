import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { recipeIn } from '../documents/markdown.ts';
import { NODE_TRANSPORTS, sockJs } from '../support/clients/sockjs-client.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type Nginx, PASS_UPGRADE, startNginx } from '../support/servers/nginx.ts';
import { Servers } from '../support/servers/upstreams.ts';

/** `at` is where the shim is: another origin's, or a folder below this one. */
const pageOf = (at: string, before = ''): string => `<!DOCTYPE html><html><body>
<script>${before}</script><script src="${at}/shim/websocket.min.js"></script>
<script>
function ask(url, transport) {
  return new Promise(function (resolve) {
    if (transport) WebSocketShim.configure({ transports: [transport] });
    var socket = transport === '' ? new WebSocketShim.NativeWebSocket(url) : new WebSocket(url);
    socket.onmessage = function (event) {
      socket.onclose = function () { resolve(event.data); };
      socket.close();
    };
    socket.onclose = function (event) { resolve('close ' + event.code); };
  });
}
</script></body></html>`;

/** '' is the browser's own. */
const WAYS = [
  ...['', 'websocket', 'xhr-polling', 'xhr-streaming', 'eventsource', 'iframe-htmlfile'],
  ...['jsonp-polling', 'websocket-session'],
];

/** Addresses that a page opens, and what the backend gets. */
const addresses: Readonly<Record<string, string>> = {
  '/portal/ws': '/ws',
  '/portal/ws/': '/ws/',
  '/portal/ws?a=/b//c&d=%20': '/ws?a=/b//c&d=%20',
  '/portal/ws/?': '/ws/',
  '/portal/ws/a/b?x=1': '/ws/a/b?x=1',
  '/portal/ws/a/b/': '/ws/a/b/',
  '/portal/ws/a%20b%C3%BC': '/ws/a%20b%C3%BC',
  '/portal/ws//x': '/ws/x',
  '/portal/ws;v=1': '/ws;v=1',
  '/portal/ws;v=1/x?y': '/ws;v=1/x?y',
  '/live': '/ws',
  '/live/': '/ws/',
  '/live/a?b': '/ws/a?b',
  '/deep/er/live?b': '/ws/room?b',
  '/kept/ws?x': '/kept/ws?x',
  '/doubled': '/ws/',
  // nginx and the gateway tell case apart.
  '/portal/WS': 'close 1006',
};

describe('behind an nginx that takes prefixes away and renames paths', function () {
  this.timeout(60_000);
  const servers = new Servers();
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let nginx: Nginx;
  let browser: Browser;
  let page: Page;

  before(async function () {
    requireOrSkip(this, 'nginx');
    requireOrSkip(this, 'chromium');
    const backend = await servers.webSocket((socket, request: IncomingMessage) => {
      socket.send(request.url ?? '');
      socket.on('message', (data) => socket.send(String(data)));
    });
    const at = `ws://127.0.0.1:${backend}`;
    gateway = await startGateway({
      routes: [
        { path: '/ws', backend: at },
        { path: '/kept/ws', backend: at },
      ],
      origin: '*',
    });
    const to = `http://127.0.0.1:${gateway.port}`;
    const locations: Readonly<Record<string, string>> = {
      '/deep/er/live': `${to}/ws/room`,
      '/doubled': `${to}/ws/`,
      '/kept/': to,
    };
    const blocks = Object.entries(locations).map(
      ([path, target]) => `location ${path} { proxy_pass ${target}; ${PASS_UPGRADE} }`,
    );
    const documented = recipeIn('docs/backends.md', 'prefixes')
      .replaceAll('http://gateway:8080', to)
      .replaceAll(/;(?= \})/g, `; ${PASS_UPGRADE}`);
    nginx = await startNginx([documented, ...blocks].join('\n'), { 'page.html': pageOf('/portal') });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${nginx.port}/page.html`);
  });
  after(async () => {
    await browser?.close();
    await nginx?.stop();
    await gateway?.close();
    servers.stopAll();
  });

  for (const way of WAYS) {
    it(`the backend gets the same target ${way === '' ? 'as ever' : `over ${way}`}`, async () => {
      for (const [address, expected] of Object.entries(addresses)) {
        const url = `ws://127.0.0.1:${nginx.port}${address}`;
        assert.equal(await page.evaluate(`ask(${JSON.stringify(url)}, '${way}')`), expected, address);
      }
    });
  }

  for (const transport of NODE_TRANSPORTS) {
    it(`SockJS works over ${transport}`, async () => {
      const socket = sockJs(`http://127.0.0.1:${nginx.port}/portal/ws`, transport);
      const first = await new Promise((resolve) => {
        socket.onmessage = ({ data }) => resolve(data);
        socket.onclose = ({ code }) => resolve(`close ${code}`);
      });
      socket.close();
      assert.equal(first, '/ws');
    });
  }

  it('a page of another origin finds the bridge where its script came from', async () => {
    const before = `delete window.WebSocket; delete window.EventSource;
delete XMLHttpRequest.prototype.withCredentials;`;
    const at = `http://127.0.0.1:${nginx.port}/portal`;
    const front = await startFront(1, { '/_test/page.html': () => pageOf(at, before) });
    const other = await browser.newPage();
    try {
      await other.goto(`http://127.0.0.1:${front.port}/_test/page.html`);
      const url = `ws://127.0.0.1:${nginx.port}/portal/ws`;
      const frames: string[] = [];
      other.on('request', (request) => frames.push(request.url()));
      assert.equal(await other.evaluate(`ask('${url}')`), '/ws');
      assert.ok(frames.some((frame) => frame.startsWith(`${at}/shim/bridge.html`)));
    } finally {
      await other.close();
      await front.close();
    }
  });
});
