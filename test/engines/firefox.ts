import type { LaunchOptions } from 'puppeteer-core';
import type { RunOptions, RunResult } from './engine.ts';
import { program } from './programs.ts';

/**
 * The distribution's Firefox ESR, over WebDriver BiDi: Playwright's driver wants its own patched
 * build. The preferences are those by which it would ask its makers for settings, updates and a
 * captive portal.
 */
const QUIET = {
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.prefetch-next': false,
  'network.dns.disablePrefetch': true,
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'toolkit.telemetry.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'extensions.update.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9/',
};

export function missing(): string | undefined {
  return program('firefox-esr') === undefined ? 'firefox (Debian package firefox-esr)' : undefined;
}

/** How it is launched, without a window. */
export function firefoxOptions(preferences: Readonly<Record<string, unknown>> = {}): LaunchOptions {
  return {
    browser: 'firefox',
    headless: true,
    executablePath: program('firefox-esr') as string,
    extraPrefsFirefox: { ...QUIET, ...preferences },
  };
}

export function run(url: string, options: RunOptions): Promise<RunResult> {
  return runWith({}, url, options);
}

/** One that has no more than so many connections to a host. */
export function held(connections: number): { missing: typeof missing; run: typeof run } {
  const preferences = { 'network.http.max-persistent-connections-per-server': connections };
  return { missing, run: (url, options) => runWith(preferences, url, options) };
}

async function runWith(
  preferences: Readonly<Record<string, unknown>>,
  url: string,
  { seconds }: RunOptions,
): Promise<RunResult> {
  // Loaded here, as it takes half a second of CPU, and most test files never open a page.
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({
    ...firefoxOptions(preferences),
    timeout: seconds * 1000,
    // To wait for the title is one command of it.
    protocolTimeout: (seconds + 60) * 1000,
  });
  let output = '';
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      output += `${message.text()}\n`;
    });
    page.on('pageerror', (error) => {
      output += `${error instanceof Error ? error.message : String(error)}\n`;
    });
    await page.goto(url, { waitUntil: 'domcontentloaded', timeout: seconds * 1000 });
    await page.waitForFunction("document.title === 'done'", { timeout: seconds * 1000 });
    return { done: true, output };
  } catch (error) {
    return { done: false, output: `${output}${error}\n` };
  } finally {
    await browser.close();
  }
}
