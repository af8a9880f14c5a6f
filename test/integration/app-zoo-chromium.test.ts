import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type Origin, startOrigin } from './app-zoo/origin.ts';
import { PLACE, specimens } from './app-zoo/specimens.ts';

/** What a browser makes of a page. */
interface Seen {
  readonly compatMode: string;
  readonly characterSet: string;
  readonly contentType: string;
  readonly doctype: string;
  /** Elements and text without the tag and without white space, which may move into the head. */
  readonly tree: string;
  /** The shim has run, and before every other script. */
  readonly hasShim: boolean;
}

const SEE = `(() => {
  const scripts = [...document.getElementsByTagName('script')];
  const tag = scripts.find((script) => script.getAttribute('src') === '/shim/websocket.min.js');
  const hasShim = 'WebSocketShim' in window && tag !== undefined && tag === scripts[0];
  if (tag !== undefined) tag.remove();
  const { compatMode, characterSet, contentType, doctype, documentElement } = document;
  const tree = documentElement.outerHTML.replace(/\\s+/g, '');
  const { name = '', publicId = '' } = doctype ?? {};
  return { compatMode, characterSet, contentType, doctype: name + ' ' + publicId, tree, hasShim };
})()`;

describe('Chromium makes of a page behind the gateway the same as before, of', function () {
  this.timeout(30_000);
  let origin: Origin;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  before(async function () {
    requireOrSkip(this, 'chromium');
    origin = await startOrigin({});
    gateway = await startGateway({ app: `http://127.0.0.1:${origin.port}` });
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
    });
  });
  beforeEach(() => {
    complaints = [];
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
    origin?.close();
  });

  async function see(port: number, path: string): Promise<Seen> {
    await page.goto(`http://127.0.0.1:${port}${path}`);
    return await page.evaluate<Seen>(SEE);
  }

  for (const specimen of specimens.filter(({ isPage }) => isPage)) {
    it(specimen.name, async () => {
      const path = `/${specimens.indexOf(specimen)}`;
      const before = await see(origin.port, path);
      complaints = [];
      const behind = await see(gateway.port, path);
      assert.deepEqual(behind, { ...before, hasShim: specimen.body.includes(PLACE) });
      assert.deepEqual(complaints, []);
    });
  }
});
