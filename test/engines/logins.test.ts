import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import puppeteer from 'puppeteer-core';
import { WebSocketServer } from 'ws';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { listen } from '../support/servers/upstreams.ts';
import { firefoxOptions } from './firefox.ts';

/** Opens a socket and reports what became of it. */
const page = (): string => `<!DOCTYPE html><html><head><title>page</title></head><body>
<script src="/shim/websocket.min.js"></script>
<script src="/_test/test-page.js"></script>
<script>
var transports = testPage.parameters.transports;
if (transports) WebSocketShim.configure({ transports: transports.split(' ') });
var socket = new WebSocket('ws://' + location.host + '/ws');
socket.onopen = function () { socket.send('hello'); };
socket.onmessage = function (event) { testPage.report(socket.transport + ' ' + event.data); };
socket.onclose = function (event) {
  var steps = socket.diagnostics;
  testPage.report('closed ' + event.code + ' ' + steps[steps.length - 1].what);
};
</script></body></html>`;

/** What the user does with the browser's dialogue. */
type User = 'logs in' | 'takes his time' | 'gives up';

/** A browser with a profile of its own, and a user. Resolves when the page has reported. */
type Visit = (url: string, user: User) => Promise<void>;

const DONE = "document.title === 'done'";
const credentials = { username: 'anna', password: 'secret' };
/** Milliseconds for which a user of Chromium types: longer than an answer may take. */
const TYPING = 3_500;

/** How often the browser has opened its dialogue. */
let dialogues = 0;

const engines: Readonly<
  Record<'chromium' | 'firefox', () => Promise<{ visit: Visit; close(): Promise<void> }>>
> = {
  async chromium() {
    const browser = await launchChromium();
    const visit: Visit = async (url, user) => {
      const context = await browser.newContext();
      const tab = await context.newPage();
      const devtools = await context.newCDPSession(tab);
      devtools.on('Fetch.authRequired', ({ requestId }) => {
        dialogues++;
        const answer =
          user !== 'gives up'
            ? { response: 'ProvideCredentials' as const, ...credentials }
            : { response: 'CancelAuth' as const };
        setTimeout(
          () => {
            void devtools.send('Fetch.continueWithAuth', { requestId, authChallengeResponse: answer });
          },
          user === 'takes his time' ? TYPING : 0,
        );
      });
      devtools.on('Fetch.requestPaused', ({ requestId }) => {
        void devtools.send('Fetch.continueRequest', { requestId });
      });
      await devtools.send('Fetch.enable', { handleAuthRequests: true });
      await tab.goto(url, { waitUntil: 'commit' });
      await tab.waitForFunction(DONE, null, { timeout: 30_000 });
      await context.close();
    };
    return { visit, close: () => browser.close() };
  },
  async firefox() {
    const browser = await puppeteer.launch(firefoxOptions());
    const visit: Visit = async (url, user) => {
      const context = await browser.createBrowserContext();
      const tab = await context.newPage();
      await tab.authenticate(user !== 'gives up' ? credentials : { username: 'anna', password: 'wrong' });
      await tab.goto(url, { waitUntil: 'domcontentloaded' });
      await tab.waitForFunction(DONE, { timeout: 30_000 });
      await context.close();
    };
    return { visit, close: () => browser.close() };
  },
};

const TRANSPORTS = [
  '',
  'websocket-session',
  'eventsource',
  'xhr-streaming',
  'iframe-htmlfile',
  'xhr-polling',
  'jsonp-polling',
];

for (const engine of ['chromium', 'firefox'] as const) {
  describe(`a backend that wants a login, in ${engine}`, function () {
    this.timeout(120_000);
    let browser: { visit: Visit; close(): Promise<void> };
    let server: Server;
    let gateway: Awaited<ReturnType<typeof startGateway>>;
    let front: Front;
    /** What the handshakes showed. */
    let shown: (string | undefined)[];

    before(async function () {
      requireOrSkip(this, engine);
      server = createServer();
      const sockets = new WebSocketServer({ noServer: true });
      server.on('upgrade', (request, socket: Duplex, head) => {
        const { authorization } = request.headers;
        shown.push(authorization);
        socket.on('error', () => {});
        if (authorization !== `Basic ${Buffer.from('anna:secret').toString('base64')}`) {
          socket.end(
            'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="intranet"\r\nContent-Length: 0\r\n\r\n',
          );
          return;
        }
        sockets.handleUpgrade(request, socket, head, (ws) => {
          ws.on('message', (data) => ws.send(`${data} anna`));
        });
      });
      const port = await listen(server);
      const routes = [`/ws=ws://127.0.0.1:${port}`];
      gateway = await startGateway({ routes });
      front = await startFront(gateway.port, { '/_test/page.html': page });
      browser = await engines[engine]();
    });
    beforeEach(() => {
      shown = [];
      dialogues = 0;
    });
    after(async () => {
      await browser?.close();
      await front?.close();
      await gateway?.close();
      server?.closeAllConnections();
      server?.close();
    });

    const visit = async (transports: string, user: User): Promise<string | undefined> => {
      const id = `${transports} ${user}`;
      const query = new URLSearchParams({ id, transports });
      await browser.visit(`http://127.0.0.1:${front.port}/_test/page.html?${query}`, user);
      return front.report(id);
    };

    for (const transports of TRANSPORTS) {
      it(`has the browser ask its user, and lets him in: ${transports || 'the default order'}`, async () => {
        const report = await visit(transports, 'logs in');
        assert.match(report ?? '', /^[a-z-]+ hello anna$/);
        if (transports !== '') assert.equal(report, `${transports} hello anna`);
        assert.match(String(shown.at(-1)), /^Basic /);
        if (engine === 'chromium') assert.equal(dialogues, 1);
      });
    }

    // Firefox's dialogue is answered by its driver, at once.
    if (engine === 'chromium') {
      it('gives him more time than an answer may take', async () => {
        assert.equal(await visit('xhr-polling', 'takes his time'), 'xhr-polling hello anna');
        assert.equal(dialogues, 1);
      });
    }

    it('is left when the user gives up', async () => {
      assert.equal(
        await visit('xhr-polling', 'gives up'),
        'closed 1006 status 401: the server wants a login',
      );
    });
  });
}
