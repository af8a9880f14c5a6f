import * as chromium from './chromium.ts';
import * as edbrowse from './edbrowse.ts';
import * as firefox from './firefox.ts';
import * as flash from './flash.ts';
import * as htmlunit from './htmlunit.ts';
import * as javafx from './javafx.ts';
import * as khtml from './khtml.ts';
import * as oldChromium from './old-chromium.ts';
import * as phantomjs from './phantomjs.ts';
import * as qtwebkit from './qtwebkit.ts';
import * as webkitgtk from './webkitgtk.ts';
import * as wine from './wine-jscript.ts';

export interface RunOptions {
  /** Time the page has to set its title to `done`. */
  readonly seconds: number;
}

/** How a page's run went. */
export interface RunResult {
  /** The title became `done` in time. */
  readonly done: boolean;
  /** What the page and the engine said. */
  readonly output: string;
}

interface Engine {
  /** What of it is not installed, or nothing. */
  missing(): string | undefined;
  run(url: string, options: RunOptions): Promise<RunResult>;
}

/** Every engine that tests can run. What each stands for is in the README of the tests' report. */
export const engines = {
  chromium,
  webkitgtk,
  firefox,
  'firefox-2-connections': firefox.held(2),
  javafx,
  'chromium-64': oldChromium.version('64'),
  'chromium-92': oldChromium.version('92'),
  flash,
  edbrowse,
  khtml,
  qtwebkit,
  'phantomjs-1.9': phantomjs.release('1.9'),
  'phantomjs-2.1': phantomjs.release('2.1'),
  'wine-jscript-ie6': wine.mode('1', '6'),
  'wine-jscript-ie7': wine.mode('1', '7'),
  'wine-jscript-ie8': wine.mode('2', '8'),
  'wine-jscript-ie9': wine.mode('es5', '9'),
  'wine-jscript-ie11': wine.mode('es6', '11'),
  'htmlunit-ie6': htmlunit.version('6'),
  'htmlunit-ie7': htmlunit.version('7'),
  'htmlunit-ie8': htmlunit.version('8'),
  'htmlunit-ie9': htmlunit.version('9'),
} satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;

/** Opens a page in a fresh, throwaway profile of the engine, and ends everything it started. */
export function run(engine: EngineName, url: string, options: RunOptions): Promise<RunResult> {
  return engines[engine].run(url, options);
}
