import type { Browser, LaunchOptions, Page } from 'playwright-core';
import { program } from '../../engines/programs.ts';

/**
 * How any driver launches the distribution's Chromium: with everything off that talks to its
 * makers.
 */
export function chromiumOptions(): { executablePath: string; args: string[] } {
  return {
    executablePath: program('chromium') as string,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

/**
 * Launches it by Playwright, without a window. The driver is loaded here, as it takes a second of
 * CPU: most test files import this one only to learn what is installed.
 */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ ...chromiumOptions(), ...options });
}

/**
 * A page in a profile of its own. What it throws, and files that are not there, are added to
 * `faults`.
 */
export async function newPage(browser: Browser, faults: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  return page;
}
