import { countersOf, sumOfLists } from '../status/merge.ts';
import type { Metric } from '../status/metric.ts';
import type { Snapshot } from '../status/snapshot.ts';

/** Lists that are kept before they become one. */
const MAX_LISTS = 8;

/** The counters of processes that have ended. With them the sums never go down. */
export class KeptCounters {
  readonly #lists: (readonly Metric[])[] = [];
  #isJoining = false;

  /** `last`: what the process said last; undefined: it never answered, and nothing is known. */
  add(last: Snapshot | undefined): void {
    if (last === undefined) return;
    this.#lists.push(countersOf(last.metrics));
    if (this.#lists.length > MAX_LISTS && !this.#isJoining) void this.#join();
  }

  get lists(): readonly (readonly Metric[])[] {
    return this.#lists;
  }

  /** What is added meanwhile stays behind the sum. */
  async #join(): Promise<void> {
    this.#isJoining = true;
    const joined = [...this.#lists];
    const sum = await sumOfLists(joined);
    this.#lists.splice(0, joined.length, sum);
    this.#isJoining = false;
  }
}
