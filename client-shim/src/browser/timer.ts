import type { TimerId } from '../../browser.d.ts';
import { page } from './page.ts';

/** As they are when the shim is loaded: test libraries replace them by fakes. */
export const timers = { _setTimeout: page.setTimeout };

/** Runs a function in a later task. */
export function later(run: () => void, ms: number): TimerId {
  const { _setTimeout: setTimeout } = timers;
  return setTimeout(run, ms);
}
