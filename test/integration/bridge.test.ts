import { strict as assert } from 'node:assert';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { VERSION } from '../../client-shim/src/lang/version.ts';
import type { GatewaySocket, HandlerRequest } from '../../gateway/index.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { OLD_SHIMS } from '../support/old-shim/old-shims.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';

/**
 * An application's page on its own origin. `amputate` makes of the window what IE8 has: no
 * WebSocket, no EventSource, no request that goes to another origin. What is in the bridge's frame
 * is a window of its own, with everything.
 */
const page = (
  query: URLSearchParams,
): string => `<!DOCTYPE html><html><head><title>application</title></head><body>
<script>
${query.has('amputate') ? 'delete window.WebSocket; delete window.EventSource; delete XMLHttpRequest.prototype.withCredentials;' : ''}
</script>
<script src="${query.get('gateway')}/shim/websocket.min.js" ${query.has('transports') ? `data-transports="${query.get('transports')}"` : ''}></script>
<script>
var sockets = [];
function open(path) {
  var socket = new WebSocket('${(query.get('gateway') ?? '').replace('http', 'ws')}' + path);
  socket.log = [];
  socket.onopen = function () { socket.log.push('open'); };
  socket.onmessage = function (event) { socket.log.push(event.data); };
  socket.onclose = function (event) { socket.log.push('close ' + event.code + ' ' + event.reason + ' ' + event.wasClean); };
  sockets.push(socket);
}
function said(at, what) { return sockets[at].log.join('|').indexOf(what) >= 0; }
</script></body></html>`;

interface Arrival {
  readonly socket: GatewaySocket;
  readonly request: HandlerRequest;
}

describe('a page of another origin, through the bridge (PROTOCOL.md §14), in Chromium', function () {
  this.timeout(60_000);
  let browser: Browser;
  let context: BrowserContext;
  let front: Front;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  /** Of the gateway. */
  let base: string;
  const arrivals: Arrival[] = [];

  before(async function () {
    requireOrSkip(this, 'chromium');
    // The page's server is there first: its origin is what the gateway allows.
    front = await startFront(1, { '/_test/page.html': page });
    gateway = await startGateway({ origin: `http://localhost:${front.port}`, jsonp: true }, (made) =>
      made.route('/room', (socket, request) => {
        arrivals.push({ socket, request });
        socket.on('message', (data, binary) => socket.send(data, { binary }));
      }),
    );
    // Another origin, and the same site: cookies of today's browsers go no further.
    base = `http://localhost:${gateway.port}`;
    browser = await launchChromium();
  });
  beforeEach(async () => {
    arrivals.length = 0;
    context = await browser.newContext();
  });
  afterEach(() => context?.close());
  after(async () => {
    await browser?.close();
    await front?.close();
    await gateway?.close();
  });

  async function open(query: Record<string, string>, host = 'localhost'): Promise<Page> {
    const tab = await context.newPage();
    const all = new URLSearchParams({ gateway: base, ...query });
    await tab.goto(`http://${host}:${front.port}/_test/page.html?${all}`);
    return tab;
  }

  const steps = (tab: Page, at = 0) =>
    tab.evaluate(
      `sockets[${at}].diagnostics.map(function (step) { return (step.transport + ' ' + step.what).trim(); })`,
    ) as Promise<string[]>;

  it('is what an engine takes by itself that has frames and no request to other origins', async () => {
    const tab = await open({ amputate: '' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    await tab.evaluate("sockets[0].send('h\\u00e9llo \\0 \\ud83d\\ude00')");
    await tab.waitForFunction("said(0, 'h\\u00e9llo \\0 \\ud83d\\ude00')");
    const taken = await steps(tab);

    assert.equal(taken[0], 'websocket none, or a draft');
    assert.equal(taken[1], 'bridge trying');
    assert.ok(taken.includes('bridge open'), taken.join());
    // The frame's window has what the page lacks.
    await tab.waitForFunction(
      "sockets[0].diagnostics.some(function (step) { return step.transport + step.what === 'eventsourceworks'; })",
    );
    assert.equal(await tab.evaluate('sockets[0].transport'), 'eventsource');
  });

  for (const { version, code } of OLD_SHIMS)
    it(`is today's for a page with the shim of ${version}`, async () => {
      const headers = { 'access-control-allow-origin': '*' };
      await context.route('**/shim/websocket.min.js', (route) => route.fulfill({ body: code, headers }));
      const tab = await open({ amputate: '' });
      assert.equal(await tab.evaluate('WebSocketShim.version'), version);
      await tab.evaluate("open('/room')");
      await tab.waitForFunction("said(0, 'open')");
      await tab.evaluate("sockets[0].send('hello')");
      await tab.waitForFunction("said(0, 'hello')");
      assert.ok((await steps(tab)).includes('bridge open'));
    });

  it('brings the cookies of the gateway’s site and the origin of the page to the backend', async () => {
    await context.addCookies([{ name: 'user', value: 'ann', url: base }]);
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    const { headers } = (arrivals[0] as Arrival).request;
    assert.equal(headers.origin, `http://localhost:${front.port}`);
    assert.equal(headers.cookie, 'user=ann');
  });

  it('closes with code and reason both ways', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("open('/room'); open('/room')");
    await tab.waitForFunction("said(0, 'open') && said(1, 'open')");
    const closed = new Promise<string>((resolve) => {
      for (const { socket } of arrivals) socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
    });
    await tab.evaluate("sockets[0].close(4001, 'bye, all')");
    await tab.waitForFunction("said(0, 'close')");
    assert.equal(await closed, '4001 bye, all');
    assert.equal(await tab.evaluate('sockets[0].log.pop()'), 'close 4001 bye, all true');
    for (const { socket } of arrivals) if (socket.readyState === 1) socket.close(4002, 'so, there');
    await tab.waitForFunction("said(1, 'close 4002 so, there true')");
  });

  it('is one frame for all sockets of a page, and none when they have closed', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    const frames = () => tab.evaluate("document.querySelectorAll('iframe').length");
    await tab.evaluate("for (var i = 0; i < 4; i++) open('/room')");
    await tab.waitForFunction("[0, 1, 2, 3].every(function (at) { return said(at, 'open'); })");
    assert.equal(await frames(), 1);
    await tab.evaluate('sockets.forEach(function (socket) { socket.close(); })');
    await tab.waitForFunction("[0, 1, 2, 3].every(function (at) { return said(at, 'close 1005'); })");
    await tab.waitForFunction("document.querySelectorAll('iframe').length === 0", null, { timeout: 12_000 });
    // And there again when it is needed again.
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(4, 'open')");
    assert.equal(await frames(), 1);
  });

  it('ends its sessions when the page goes', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    const gone = new Promise((resolve) =>
      (arrivals[0] as Arrival).socket.on('close', (code) => resolve(code)),
    );
    await tab.goto('about:blank');
    assert.equal(await gone, 1001);
  });

  it('closes with 1006 when the page takes the frame away with all that it has', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    const gone = new Promise((resolve) =>
      (arrivals[0] as Arrival).socket.on('close', (code) => resolve(code)),
    );
    await tab.evaluate("document.body.innerHTML = ''");
    assert.equal(await gone, 1001);
    await tab.waitForFunction("said(0, 'close 1006  false')", null, { timeout: 12_000 });
  });

  it('closes with 1006 when its frame is loaded anew, as one that the page moves is, and serves the next sockets', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    await tab.evaluate("document.body.appendChild(document.querySelector('iframe')); open('/room')");
    await tab.waitForFunction("said(0, 'close 1006  false')");
    await tab.waitForFunction("said(1, 'close 1006  false')");
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(2, 'open')");
    assert.equal(await tab.evaluate("document.querySelectorAll('iframe').length"), 1);
  });

  it('serves pages on which every object has a property more, as libraries of old had it', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("Object.prototype.toJSONString = function () { return ''; }; open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    await tab.evaluate('sockets[0].close()');
    await tab.waitForFunction("said(0, 'close 1005')");
    await tab.waitForFunction("document.querySelectorAll('iframe').length === 0", null, { timeout: 12_000 });
  });

  it('is not for a page of an origin that is not allowed', async () => {
    // The same server by another name.
    const tab = await open({ transports: 'iframe-htmlfile' }, '127.0.0.1');
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'close 1006  false')");
    assert.equal(arrivals.length, 0);
    assert.ok((await steps(tab)).includes('bridge bridge mute'));
  });

  it('is passed over where it does not greet', async () => {
    await context.route('**/shim/bridge.min.js*', (route) => route.abort());
    const tab = await open({ transports: 'iframe-htmlfile,xhr-polling' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    const taken = await steps(tab);
    assert.deepEqual(taken.slice(1, 3), ['bridge trying', 'bridge bridge mute']);
    assert.equal(await tab.evaluate('sockets[0].transport'), 'xhr-polling');
    assert.equal(await tab.evaluate("document.querySelectorAll('iframe').length"), 0);
  });

  it('does not hear other windows, and other windows do not speak for the bridge', async () => {
    const tab = await open({ transports: 'iframe-htmlfile' });
    await tab.evaluate("open('/room')");
    await tab.waitForFunction("said(0, 'open')");
    const forged = `'fallback-gateway ${VERSION} 99 1 Tforged'`;
    // From the page itself to itself, and from a frame of the page's own origin to the bridge.
    await tab.evaluate(`window.postMessage(${forged}, '*')`);
    await tab.evaluate(`(function () {
      var frame = document.createElement('iframe');
      document.body.appendChild(frame);
      var other = frame.contentWindow;
      other.eval("parent.frames[0].postMessage('fallback-gateway ${VERSION} 99 1 T1,forged', '*'); parent.postMessage(" + ${JSON.stringify(forged)} + ", '*')");
    })()`);
    await tab.evaluate("sockets[0].send('own')");
    await tab.waitForFunction("said(0, 'own')");
    assert.deepEqual(await tab.evaluate('sockets[0].log'), ['open', 'own']);
  });
});
