import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { chromiumOptions, launchChromium } from '../support/pages/chromium.ts';
import { startGateway } from '../support/servers/gateway.ts';

describe('a page in Chromium whose gateway refuses it', function () {
  this.timeout(30_000);
  let browser: Browser;
  let server: Server;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let name = '';

  before(async function () {
    requireOrSkip(this, 'chromium');
    gateway = await startGateway({ routes: ['/echo=echo:'] });
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<script src="http://${name}:${gateway.port}/shim/websocket.min.js"></script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const rules = 'MAP *.example 127.0.0.1, MAP app.intranet 127.0.0.1';
    const { args = [], ...options } = chromiumOptions();
    browser = await launchChromium({ ...options, args: [...args, `--host-resolver-rules=${rules}`] });
  });
  after(async () => {
    await browser?.close();
    server?.close();
    await gateway?.close();
  });

  async function open(host: string) {
    name = host;
    const said: string[] = [];
    const page = await browser.newPage();
    page.on('console', (message) => said.push(message.text()));
    await page.goto(`http://page.example:${(server.address() as AddressInfo).port}/`);
    return { page, said };
  }

  it('for the Host of the script reads in the console which option to add', async () => {
    const { said } = await open('app.intranet');
    assert.match(said.join('\n'), /start the gateway with --host app\.intranet/);
    assert.doesNotMatch(said.join('\n'), /MIME/);
  });

  it('for its origin has its `close` within two seconds', async () => {
    const { page } = await open('127.0.0.1');
    const elapsed = await page.evaluate(
      (url) =>
        new Promise<number>((resolve) => {
          const began = Date.now();
          new WebSocket(url).onclose = () => resolve(Date.now() - began);
        }),
      `ws://127.0.0.1:${gateway.port}/echo`,
    );
    assert.ok(elapsed < 2_000, `${elapsed} ms`);
  });
});
