import type { Flushable } from '../base/flush-queue.ts';

/**
 * Calls `flush` once at the end of this turn of the event loop, behind all input that was ready in
 * it. What many requests cause is then one write.
 */
export class EndOfTurn {
  #waiting: Flushable[] = [];

  /** Must not be called again by the same before it was flushed. */
  add(output: Flushable): void {
    if (this.#waiting.push(output) === 1) setImmediate(this.#flushAll);
  }

  readonly #flushAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const output of waiting) output.flush();
  };
}
