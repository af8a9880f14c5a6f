import type { TimerId } from '../../browser.d.ts';
import { page } from './page.ts';

/** Runs something in a later task. */
export function later(run: () => void, ms: number): TimerId {
  return page.setTimeout(run, ms);
}

/** Forgets a timer; one that ran, or null, does no harm. */
export function cancel(timer: TimerId | null): void {
  if (timer !== null) page.clearTimeout(timer);
}
