import type { Writable } from 'node:stream';

/**
 * Joins all writes to a stream in one turn of the event loop: each of them would be a system call
 * and a packet.
 */
export class WriteBatch {
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
    process.nextTick(WriteBatch.#flush, this);
  }

  /** One function for all, as every connection has a batch. */
  static #flush(batch: WriteBatch): void {
    batch.#isOpen = false;
    batch.#stream.uncork();
  }
}
