import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer, { type Browser, type CDPSession, type Page } from 'puppeteer-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { chromiumOptions } from '../support/pages/chromium.ts';
import { type Feed, HEARTBEAT, startFeed, WINDOW } from '../support/servers/feed.ts';
import { until } from '../support/until.ts';

const TRANSPORTS = ['xhr-streaming', 'eventsource', 'iframe-htmlfile', 'xhr-polling', 'jsonp-polling'];

/**
 * Chromium freezes hidden tabs: no timer, no event, while their connections live on. By Puppeteer,
 * as Playwright keeps every page visible, and what is visible is not frozen.
 */
describe('a frozen tab in Chromium', function () {
  this.timeout(60_000);
  let browser: Browser;
  let feed: Feed;
  let page: Page;
  let cdp: CDPSession;

  before(async function () {
    requireOrSkip(this, 'chromium');
    browser = await puppeteer.launch(chromiumOptions());
  });
  after(() => browser?.close());
  beforeEach(async () => {
    feed = await startFeed();
    page = await browser.newPage();
    cdp = await page.createCDPSession();
  });
  afterEach(async () => {
    await page?.close();
    await feed?.close();
  });

  async function open(transport: string): Promise<void> {
    await page.goto(feed.page(transport));
    await page.evaluate(`document.addEventListener('freeze', function () { window.frozen = true; })`);
    await until('the page has connected', () => feed.peers.length > 0);
    feed.say('hello');
    await page.waitForFunction('got.length === 1');
  }

  async function freeze(): Promise<void> {
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async function thaw(): Promise<void> {
    await cdp.send('Page.setWebLifecycleState', { state: 'active' });
    assert.equal(await page.evaluate('window.frozen'), true, 'it was frozen');
  }

  const got = async (): Promise<string[]> => (await page.evaluate('got')) as string[];
  const closes = async (): Promise<number[]> => (await page.evaluate('closes')) as number[];
  /** A hidden page is not painted, so there are no frames to look in. */
  const inPage = (condition: string): Promise<unknown> => page.waitForFunction(condition, { polling: 50 });

  for (const transport of TRANSPORTS) {
    describe(`over ${transport}`, () => {
      it('goes on with nothing lost, frozen for less than the window', async () => {
        await open(transport);
        await freeze();
        feed.say('one', 'two');
        await pause(4 * HEARTBEAT);
        feed.say('three');
        await thaw();
        await inPage('got.length === 4');
        assert.deepEqual(await got(), ['hello', 'one', 'two', 'three']);
        assert.deepEqual(await closes(), []);
      });

      it('closes with 1006 once, frozen for longer, and what was acknowledged was delivered', async () => {
        await open(transport);
        await page.evaluate(`for (var i = 0; i < 100; i += 1) ws.send('x')`);
        await freeze();
        const numbers = Array.from({ length: 20 }, (_, i) => String(i));
        feed.say(...numbers);
        await until('the session ran out', () => feed.peer.closed !== undefined);
        await pause(WINDOW / 2);
        await thaw();
        await inPage('closes.length > 0');
        await pause(2 * HEARTBEAT);
        assert.deepEqual(await closes(), [1006]);
        const delivered = await got();
        assert.deepEqual(delivered, ['hello', ...numbers].slice(0, delivered.length), 'in order, none twice');
        const acknowledged = 100 - Number(await page.evaluate('ws.bufferedAmount'));
        assert.ok(feed.peer.heard.length >= acknowledged, 'what the gateway acknowledged has arrived');
      });
    });
  }
});
