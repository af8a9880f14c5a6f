import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from '../support/random.ts';
import type { FuzzTarget } from './target.ts';

/** Inputs whose failures are kept; the rest are only counted. */
const KEPT_FAILURES = 5;
/**
 * Inputs that are timed again at the end: once is not enough, as a garbage collection may fall into
 * it.
 */
const TIMED_AGAIN = 8;

export interface RunOptions {
  readonly seed: number;
  readonly inputs: number;
  /** Index of the first input. @default 0 */
  readonly from?: number;
  /** Milliseconds after which the run ends early. @default no limit */
  readonly longest?: number;
}

export interface Failure {
  readonly index: number;
  readonly input: Buffer | string;
  readonly error: unknown;
}

export interface Timed {
  readonly index: number;
  readonly ms: number;
  readonly input: Buffer | string;
}

export interface Result {
  readonly inputs: number;
  readonly seconds: number;
  /** The input that took longest, by the shortest of several runs. */
  readonly slowest: Timed;
  /**
   * How much more memory is held after the run than after its first tenth, in bytes, garbage
   * collected.
   */
  readonly growth: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
}

/**
 * Feeds one target. Each input has a generator of its own, so that a seed and an index are enough
 * to repeat it.
 */
export async function runTarget(target: FuzzTarget, options: RunOptions): Promise<Result> {
  const { seed, inputs, from = 0, longest = Number.POSITIVE_INFINITY } = options;
  const random = new Random(seed);
  const failures: Failure[] = [];
  let failed = 0;
  let slowest: readonly Timed[] = [];
  let warm = memory();
  const start = performance.now();
  let done = 0;
  for (let index = from; done < inputs && performance.now() - start < longest; index++, done++) {
    if (done === Math.floor(inputs / 10)) warm = memory();
    const input = target.input(random.fork(index));
    const before = performance.now();
    try {
      const running = target.run(input);
      if (running !== undefined) await running;
    } catch (error) {
      failed++;
      if (failures.length < KEPT_FAILURES) failures.push({ index, input, error });
    }
    const ms = performance.now() - before;
    if (slowest.length < TIMED_AGAIN || ms > (slowest.at(-1) as Timed).ms) {
      slowest = [...slowest, { index, ms, input }].sort((a, b) => b.ms - a.ms).slice(0, TIMED_AGAIN);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const growth = memory() - warm;
  return { inputs: done, seconds, slowest: await timeAgain(target, slowest), growth, failed, failures };
}

async function timeAgain(target: FuzzTarget, inputs: readonly Timed[]): Promise<Timed> {
  const again: Timed[] = [];
  for (const timed of inputs) {
    let { ms } = timed;
    for (let run = 0; run < 3; run++) {
      const before = performance.now();
      await (async () => target.run(timed.input))().catch(() => {});
      ms = Math.min(ms, performance.now() - before);
    }
    again.push({ ...timed, ms });
  }
  const none: Timed = { index: 0, ms: 0, input: '' };
  return again.reduce((slowest, timed) => (timed.ms > slowest.ms ? timed : slowest), none);
}

/** Bytes in use on the heap and outside of it. */
function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();
