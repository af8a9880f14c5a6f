import type { TimerId } from '../../browser.d.ts';
import { page } from './page.ts';

/** Runs a function in a later task. */
export function later(run: () => void, ms: number): TimerId {
  return page.setTimeout(run, ms);
}
