import type { Writable } from 'node:stream';

/** Makes one write of all that is written to a stream in a turn of the event loop: each would be a call of the system, and a packet. */
export class WriteBatch {
  readonly #stream: Writable;
  #corked = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** To be called before a write. */
  cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#stream.cork();
    process.nextTick(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#stream.uncork();
  };
}
