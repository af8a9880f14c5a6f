import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type Block, blocksOf, readerFiles, root } from './markdown.ts';

/** The gateway's names in documents. Chromium finds them, with their ports, on this machine. */
const GATEWAY = /\b(?:127\.0\.0\.1|gateway|gateway\.intranet):8080\b/g;

/** Where a document leaves out the digest of the script that it names. */
const DIGEST = 'sha384-XXXX';

/** A block as a page: HTML as it stands, a script as a bundler makes it. */
async function pageOf({ language, text }: Block): Promise<string> {
  if (language === 'html') return text.replaceAll(DIGEST, `sha384-${digest()}`);
  const source = text.includes('const ws =')
    ? text
    : `import { WebSocketShim } from 'fallback-gateway/client-shim';\n${OPENED}${text}`;
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    alias: { 'fallback-gateway/client-shim': `${root}dist/client-shim/module.js` },
    bundle: true,
    write: false,
  });
  return `<!doctype html><script>${outputFiles[0]?.text}</script>`;
}

/** What the page of a block for the console has kept. */
const OPENED = `WebSocketShim.configure({ gateways: 'gateway:8080' });
const ws = new WebSocketShim('ws://gateway:8080/ws');
`;

function digest(): string {
  return createHash('sha384')
    .update(readFileSync(`${root}dist/client-shim/websocket.min.js`))
    .digest('base64');
}

describe('the pages and scripts of README and docs, in Chromium', function () {
  this.timeout(60_000);

  const blocks = readerFiles()
    .flatMap((file) => blocksOf(file))
    .filter(
      ({ language, marks }) => marks.includes('run') && (language === 'html' || marks.includes('browser')),
    );
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  const served: string[] = [];
  let pages: Server;
  let browser: Browser;

  before(async function () {
    requireOrSkip(this, 'chromium');
    gateway = await startGateway({
      origin: '*',
      routes: ['/echo=echo:', '/ws=echo:'],
    });
    for (const block of blocks) served.push(await pageOf(block));
    pages = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://pages');
      if (/^\/(?:sockjs\.min|stomp)\.js$/.test(pathname)) {
        response.end(readFileSync(`${root}dist/demo${pathname}`));
      } else if (/^\/(?:shim|js)\//.test(pathname)) {
        response
          .writeHead(302, {
            location: `http://127.0.0.1:${gateway.port}${pathname.replace('/js/', '/shim/')}`,
          })
          .end();
      } else {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        const text = served[Number(searchParams.get('block'))] ?? '';
        response.end(text.replaceAll(GATEWAY, `127.0.0.1:${gateway.port}`));
      }
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    pages?.close();
    await gateway?.close();
  });

  for (const [index, block] of blocks.entries()) {
    it(`${block.file}:${block.line} ${expectation(block)}`, async () => {
      const page = await (await browser.newContext()).newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      const { port } = pages.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/page.html?block=${index}`);
      if (block.text.includes('websocket.min.js')) {
        assert.equal(await page.evaluate('typeof WebSocketShim'), 'function');
      }
      if (block.text.includes('document.title')) {
        await page.waitForFunction("document.title.indexOf('hello') === 0", undefined, { timeout: 20_000 });
      }
      assert.deepEqual(faults, []);
      await page.context().close();
    });
  }
});

function expectation({ text }: Block): string {
  return text.includes('document.title') ? 'gets its own message back' : 'runs without an error';
}
