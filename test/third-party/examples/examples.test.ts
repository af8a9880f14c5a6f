import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';
import { launchChromium } from '../../support/pages/chromium.ts';
import { EXAMPLES } from './examples.ts';
import { RunningExample } from './running.ts';

/** `EXAMPLES=mqtt,rxjs`: only those with one of these words in their name. */
const words = (process.env.EXAMPLES ?? '').split(',');

describe('the example', () => {
  let browser: Browser;

  before(async function () {
    this.timeout(60_000);
    for (const name of ['chromium', 'libraries']) requireOrSkip(this, name);
    browser = await launchChromium();
  });
  after(() => browser?.close());

  for (const example of EXAMPLES) {
    const { folder, query = '', script = '', needs = [], nativeOnly } = example;
    if (!words.some((word) => folder.includes(word))) continue;

    describe([folder, query, script].filter((part) => part !== '').join(' '), function () {
      this.timeout(60_000);
      let running: RunningExample;

      before(async function () {
        this.timeout(120_000);
        for (const name of needs) requireOrSkip(this, name);
        running = await RunningExample.start(example);
      });
      after(() => running?.stop());

      it('works over a WebSocket', async () =>
        assert.deepEqual(await running.use(browser, true), ['websocket']));

      if (nativeOnly) return;
      it('works in a page that has no WebSocket', async () => {
        const used = await running.use(browser, false);
        assert.ok(used.length > 0 && !used.includes('websocket'), String(used));
      });
    });
  }

  it('is run, each of them', () => {
    const folders = readdirSync(new URL('../../../examples', import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const run = new Set([...EXAMPLES.map(({ folder }) => folder), 'kiosk']);
    assert.deepEqual(folders.toSorted(), [...run].toSorted());
  });
});
