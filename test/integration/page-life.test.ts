import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { type Feed, HEARTBEAT, startFeed, WINDOW } from '../support/servers/feed.ts';
import { until } from '../support/until.ts';

const TRANSPORTS = ['xhr-streaming', 'eventsource', 'iframe-htmlfile', 'xhr-polling', 'jsonp-polling'];

describe('the life of a page in Chromium', function () {
  this.timeout(60_000);
  let browser: Browser;
  let feed: Feed;
  let context: BrowserContext;

  before(async function () {
    requireOrSkip(this, 'chromium');
    browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  });
  after(() => browser?.close());
  beforeEach(async () => {
    feed = await startFeed();
    context = await browser.newContext();
  });
  afterEach(async () => {
    await context?.close();
    await feed?.close();
  });

  /** A page that has one message, and so an open socket. */
  async function open(transport: string): Promise<Page> {
    const page = await context.newPage();
    const connections = feed.peers.length;
    await page.goto(feed.page(transport));
    await until('the page has connected', () => feed.peers.length > connections);
    feed.say('hello');
    if (connections === 0) await page.waitForFunction('got.length === 1');
    return page;
  }

  const got = (page: Page): Promise<string[]> => page.evaluate('got');
  const closes = (page: Page): Promise<number[]> => page.evaluate('closes');

  for (const transport of TRANSPORTS) {
    describe(`over ${transport}`, () => {
      it('goes on, with nothing lost, when the page comes back from the back/forward cache', async () => {
        const page = await open(transport);
        await page.goto(feed.other);
        // At once: the gateway itself would drop a silent one, later.
        await until('the page in the cache holds no request', () => feed.waiting(transport) === 0, HEARTBEAT);
        feed.say('one', 'two');
        await pause(3 * HEARTBEAT);
        feed.say('three');
        await back(page);
        await page.waitForFunction('got.length === 4');
        assert.deepEqual(await page.evaluate('shows'), [false, true], 'the page was in the cache');
        await page.evaluate(`ws.send('back')`);
        await until('the page was heard', () => feed.peer.heard.length === 1);
        assert.deepEqual(await got(page), ['hello', 'one', 'two', 'three']);
        assert.deepEqual(await closes(page), []);
        assert.equal(feed.peers.length, 1);
      });

      it('closes with 1006, once, when the page comes back too late', async () => {
        const page = await open(transport);
        await page.goto(feed.other);
        await until('the session ran out', () => feed.peer.closed !== undefined);
        assert.equal(feed.peer.closed, 1001);
        await back(page);
        await page.waitForFunction('closes.length > 0');
        await pause(2 * HEARTBEAT);
        assert.deepEqual(await closes(page), [1006]);
      });

      for (const [how, leave] of [
        ['closed', (page: Page) => page.close()],
        ['loaded again', (page: Page) => page.reload()],
      ] as const) {
        it(`is gone from the gateway at once when the page is ${how}`, async () => {
          const page = await open(transport);
          const since = Date.now();
          await leave(page);
          await until('it is closed', () => feed.peer.closed !== undefined);
          assert.ok(Date.now() - since < WINDOW, 'before the session ran out');
          assert.equal(feed.peer.closed, 1001);
        });
      }

      it('is not ended by a script link, a mail link, a download or a question before leaving', async () => {
        const page = await open(transport);
        await page.evaluate(
          `window.addEventListener('beforeunload', function () { window.prompted = true; })`,
        );
        await page.click('#script');
        await page.waitForFunction('window.clicked');
        await page.click('#mail', { noWaitAfter: true });
        await page.waitForFunction('window.prompted');
        const download = page.waitForEvent('download');
        await page.click('#download', { noWaitAfter: true });
        await (await download).cancel();
        feed.say('still here');
        await page.waitForFunction('got.length === 2');
        await page.evaluate(`ws.send('so am I')`);
        await until('the page was heard', () => feed.peer.heard.length === 1);
        assert.deepEqual(await closes(page), []);
        assert.equal(feed.peers.length, 1);
      });

      it('loses nothing while the machine is offline for less than the window', async () => {
        const page = await open(transport);
        await context.setOffline(true);
        feed.say('one', 'two');
        await page.evaluate(`ws.send('up')`);
        await pause(HEARTBEAT);
        await context.setOffline(false);
        await page.waitForFunction('got.length === 3');
        await until('the page was heard', () => feed.peer.heard.length === 1);
        assert.deepEqual(await got(page), ['hello', 'one', 'two']);
        assert.deepEqual(await closes(page), []);
      });
    });
  }

  describe('over websocket', () => {
    for (const [how, leave] of [
      ['closed', (page: Page) => page.close()],
      ['loaded again', (page: Page) => page.reload()],
    ] as const)
      it(`tells the backend 1001 when the page is ${how}, as the browser does by itself`, async () => {
        const page = await open('websocket');
        await leave(page);
        await until('it is closed', () => feed.peers[0]?.closed !== undefined);
        assert.equal(feed.peers[0]?.closed, 1001);
      });
  });

  /** Playwright's own `goBack` waits for a load, and a page from the cache has none. */
  async function back(page: Page): Promise<void> {
    const cdp = await context.newCDPSession(page);
    const { entries, currentIndex } = await cdp.send('Page.getNavigationHistory');
    const entry = entries[currentIndex - 1];
    assert.ok(entry, 'there is a page to go back to');
    await cdp.send('Page.navigateToHistoryEntry', { entryId: entry.id });
    await page.waitForFunction(`document.title === 'feed'`);
  }
});
