import type { BrowserContext } from 'playwright-core';
import { launchChromium } from '../support/pages/chromium.ts';
import type { RunOptions, RunResult } from './engine.ts';
import { program } from './programs.ts';

export function missing(): string | undefined {
  return program('chromium') === undefined ? 'chromium (Debian package chromium)' : undefined;
}

/** `prepare` may add to what every page has. */
export async function run(
  url: string,
  { seconds }: RunOptions,
  prepare: (context: BrowserContext) => Promise<void> = async () => {},
): Promise<RunResult> {
  const browser = await launchChromium();
  let output = '';
  try {
    const context = await browser.newContext();
    await prepare(context);
    const page = await context.newPage();
    page.on('console', (message) => {
      output += `${message.text()}\n`;
    });
    page.on('pageerror', (error) => {
      output += `${error.message}\n`;
    });
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction("document.title === 'done'", null, { timeout: seconds * 1000 });
    return { done: true, output };
  } catch (error) {
    return { done: false, output: `${output}${error}\n` };
  } finally {
    await browser.close();
  }
}
