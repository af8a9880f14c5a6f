import type { TimerId } from '../../browser.d.ts';
import { page } from './page.ts';

/** As they are when the shim is loaded: test libraries replace them by fakes. */
export const timers = { _setTimeout: page.setTimeout, _clearTimeout: page.clearTimeout };

/**
 * Runs a function in a later task. KHTML takes the window that calls, which may be a frame's, so
 * the function gets its own. Functions of the window have no `call` in IE up to 8.
 */
export function later(run: () => void, ms: number): TimerId {
  const { _setTimeout: setTimeout } = timers;
  return setTimeout.call ? setTimeout.call(page, run, ms) : setTimeout(run, ms);
}

export function cancel(id: TimerId): void {
  const { _clearTimeout: clearTimeout } = timers;
  if (clearTimeout.call) clearTimeout.call(page, id);
  else clearTimeout(id);
}
