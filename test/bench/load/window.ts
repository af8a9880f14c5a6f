import { setTimeout as delay } from 'node:timers/promises';
import type { Figures } from '../messages.ts';

/** Tells the parent where the measured time begins and ends. */
export type Mark = (edge: 'begin' | 'end') => void;

/**
 * Counts and times what happens between the edges of the measured time; what comes before is
 * warm-up.
 */
export class Window {
  #counting = false;
  #count = 0;
  readonly #times: number[] = [];

  /** Something happened that was begun at `since` (`performance.now()`). */
  add(since: number, count = 1): void {
    if (!this.#counting) return;
    this.#count += count;
    this.#times.push(performance.now() - since);
  }

  /** Runs for `warmUp` and `duration` ms. */
  async run(warmUp: number, duration: number, mark: Mark): Promise<Figures> {
    await delay(warmUp);
    const cpu = process.cpuUsage();
    const begin = performance.now();
    this.#counting = true;
    mark('begin');
    await delay(duration);
    this.#counting = false;
    mark('end');
    const elapsed = performance.now() - begin;
    const { user, system } = process.cpuUsage(cpu);
    const times = Float64Array.from(this.#times).sort();
    return {
      count: this.#count,
      rate: (this.#count * 1000) / elapsed,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      generatorLoad: (user + system) / 1000 / elapsed,
    };
  }
}

function quantile(sorted: Float64Array, fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
