import type { TimerId } from '../../browser.d.ts';
import { page } from './page.ts';

/** Runs something in a later task. */
export function later(run: () => void, ms: number): TimerId {
  return page.setTimeout(run, ms);
}
