import type { Writable } from 'node:stream';
import { type Flushable, flushSoon, isInTurn } from '../base/flush-queue.ts';

/**
 * Joins all writes to a stream in one turn of the event loop: each of them would be a system call
 * and a packet. Where `runTurn` runs, its end is the end of the turn. Elsewhere that is the next
 * tick, so that what a program writes after an `await` or two is joined, too.
 */
export class WriteBatch implements Flushable {
  readonly #stream: Writable;
  #isOpen = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Must be called before a write. */
  begin(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#stream.cork();
    if (isInTurn()) flushSoon(this);
    else process.nextTick(WriteBatch.#flush, this);
  }

  /** Called at the end of the turn. */
  flush(): void {
    this.#isOpen = false;
    this.#stream.uncork();
  }

  /** One function for all, as every connection has a batch. */
  static #flush(batch: WriteBatch): void {
    batch.flush();
  }
}
