import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import { carriers } from '../conformance/carriers.ts';
import { echoOver } from '../support/browser/echo-over.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type FrontProxy, startFrontProxy } from '../support/servers/front-proxies.ts';
import { startGateway } from '../support/servers/gateway.ts';

const TAG = '<script src="/shim/websocket.min.js"></script>';
const PAGE =
  '<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="X-UA-Compatible" content="IE=edge">\n' +
  `<title>a</title>‸\n</head>\n<body>\n<p>b</p>\n^<script>1</script>\n<script>2</script>\n</body>\n</html>\n`;

/** A recipe, and where it puts the tag: `‸` behind the title, `^` before the first script. */
const RECIPES = [
  { proxy: 'nginx', file: 'nginx.conf', place: '^', hasNonce: true },
  { proxy: 'apache2', file: 'apache.conf', place: '‸', hasNonce: false },
] as const;

const original = PAGE.replaceAll(/[‸^]/g, '');

describe('the recipe that puts the tag into pages, for', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let application: Server;
  let requests: IncomingMessage[];

  before(async () => {
    application = createServer((request, response) => {
      requests.push(request);
      const { url, headers } = request;
      const html = { 'Content-Type': 'text/html', ETag: '"a"', 'Content-Length': original.length };
      if (url === '/page' && headers['if-none-match'] === '"a"') response.writeHead(304).end();
      else if (url === '/page') response.writeHead(200, html).end(original);
      else if (url === '/gzip') {
        const body = headers['accept-encoding']?.includes('gzip') ? gzipSync(original) : original;
        const coding = body === original ? {} : { 'Content-Encoding': 'gzip' };
        response.writeHead(200, { 'Content-Type': 'text/html', ...coding }).end(body);
      } else if (url === '/nonce') {
        response.setHeader('Content-Security-Policy', "script-src 'nonce-Zm9v='");
        response.writeHead(200, html).end(original);
      } else response.writeHead(200, { 'Content-Type': 'text/plain', ETag: '"t"' }).end(original);
    });
    const sockets = new WebSocketServer({ server: application });
    sockets.on('connection', (socket, { url }) =>
      socket.on('message', (data) => socket.send(`${url} ${data}`)),
    );
    await once(application.listen(0, '127.0.0.1'), 'listening');
    const route = { path: '/', backend: `ws://127.0.0.1:${applicationPort()}` };
    gateway = await startGateway({ routes: [route], sockjs: false, trustedProxy: '127.0.0.1' });
  });
  beforeEach(() => {
    requests = [];
  });
  after(async () => {
    await gateway?.close();
    application.close();
    application.closeAllConnections();
  });

  const applicationPort = (): number => (application.address() as AddressInfo).port;

  for (const { proxy, file, place, hasNonce } of RECIPES) {
    describe(proxy, function () {
      this.timeout(30_000);
      const recipe = readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');
      let front: FrontProxy | undefined;

      before(async function () {
        requireOrSkip(this, proxy);
        front = await startFrontProxy(proxy, gateway.port, applicationPort(), () => recipe);
      });
      after(() => front?.close());

      const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
        fetch(`http://127.0.0.1:${front?.port}${path}`, { headers });
      const tagged = (tag = TAG): string => PAGE.replace(place, tag).replaceAll(/[‸^]/g, '');

      it('adds the tag and nothing else', async () => {
        const response = await get('/page', { accept: 'text/html', 'accept-encoding': 'identity' });
        assert.equal(await response.text(), tagged());
        assert.equal(response.headers.get('etag'), null);
        assert.ok(['', null, String(tagged().length)].includes(response.headers.get('content-length')));
        assert.equal(await (await get('/gzip', { 'accept-encoding': 'gzip, br' })).text(), tagged());
      });

      it('leaves all that is no page as it is', async () => {
        const response = await get('/text', { 'if-none-match': '"x"' });
        assert.equal(await response.text(), original);
        assert.equal(response.headers.get('etag'), '"t"');
        assert.equal(requests[0]?.headers['if-none-match'], '"x"');
      });

      it('brings back no page of before without the tag', async () => {
        const response = await get('/page', { accept: 'text/html', 'if-none-match': '"a"' });
        assert.equal(response.status, 200);
        assert.equal(await response.text(), tagged());
      });

      if (hasNonce) {
        it('copies the nonce of the policy', async () => {
          const withNonce = TAG.replace('></', ' nonce="Zm9v="></');
          assert.equal(await (await get('/nonce', { accept: 'text/html' })).text(), tagged(withNonce));
        });
      }

      for (const carrier of carriers)
        it(`leads the page's socket to the application, over ${carrier.name}`, async () => {
          const said = await echoOver(carrier, front?.port as number, '/any/path/');
          assert.deepEqual(said, ['/any/path/ hello', carrier.transport, 4001]);
        });
    });
  }
});
