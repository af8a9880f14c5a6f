import * as cef from './cef.ts';
import * as chromium from './chromium.ts';
import * as edbrowse from './edbrowse.ts';
import * as firefox from './firefox.ts';
import * as flash from './flash.ts';
import * as htmlunit from './htmlunit.ts';
import * as javafx from './javafx.ts';
import * as khtml from './khtml.ts';
import * as oldChromium from './old-chromium.ts';
import * as phantomjs from './phantomjs.ts';
import * as qtwebengine from './qtwebengine.ts';
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
  'javafx-14': javafx.release14,
  'chromium-64': oldChromium.version('64'),
  'chromium-92': oldChromium.version('92'),
  'cef-57': cef.version('57'),
  'cef-66': cef.version('66'),
  flash,
  edbrowse,
  khtml,
  qtwebkit,
  'qtwebengine-5.7': qtwebengine.release('5.7'),
  'qtwebengine-5.8': qtwebengine.release('5.8'),
  'qtwebengine-5.9': qtwebengine.release('5.9'),
  'qtwebengine-5.10': qtwebengine.release('5.10'),
  'qtwebengine-5.11': qtwebengine.release('5.11'),
  'qtwebengine-5.12': qtwebengine.release('5.12'),
  'qtwebengine-5.13': qtwebengine.release('5.13'),
  'qtwebengine-5.14': qtwebengine.release('5.14'),
  'qtwebengine-5.15': qtwebengine.release('5.15'),
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
