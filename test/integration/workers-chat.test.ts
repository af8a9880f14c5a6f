import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium, newPage } from '../support/pages/chromium.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';

/** Tabs that are opened at most until two of them are at different workers. */
const MAX_TABS = 8;

describe('the chat page in Chromium, with tabs at different workers,', function () {
  this.timeout(90_000);
  let gateway: GatewayProgram;
  let browser: Browser;
  const faults: string[] = [];

  before(async function () {
    requireOrSkip(this, 'chromium');
    gateway = await startProgram(['--workers', '2', '--demo', '--log-format', 'json']);
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  const shows = (page: Page, id: string, text: string) =>
    page.waitForFunction(
      `document.getElementById('${id}').innerText.replace(/\\s+/g, ' ').includes(${JSON.stringify(text)})`,
    );

  /** The worker of the connection that was opened last. */
  function lastNode(): unknown {
    const opened = gateway
      .output()
      .split('\n')
      .filter((line) => line.includes('"msg":"connection opened"'));
    return JSON.parse(opened.at(-1) ?? '{}').node;
  }

  async function enter(name: string, transport: string): Promise<Page> {
    const page = await newPage(browser, faults);
    await page.goto(`http://127.0.0.1:${gateway.port}/chat.html?transport=${transport}`);
    await page.fill('#name', name);
    await page.click('#enter');
    await shows(page, 'state', `Connected over ${transport}`);
    return page;
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.fill('#text', text);
    await page.press('#text', 'Enter');
  }

  for (const transport of ['websocket', 'xhr-streaming', 'xhr-polling']) {
    it(`brings what one says to the other, over ${transport}`, async () => {
      const ada = await enter('Ada', transport);
      const node = lastNode();
      let grace = ada;
      for (let tabs = 1; lastNode() === node; tabs++) {
        assert.ok(tabs < MAX_TABS, `${tabs} tabs are all at ${node}`);
        grace = await enter(`Grace ${tabs}`, transport);
      }
      await shows(ada, 'people', 'Grace');
      await shows(grace, 'people', 'Ada');
      await say(ada, 'snow ☃ and 🎈');
      await shows(grace, 'log', 'Ada snow ☃ and 🎈');
      await say(grace, 'across workers');
      await shows(ada, 'log', 'across workers');
      assert.deepEqual(faults, []);
    });
  }
});
