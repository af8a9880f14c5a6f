/** Chunks below this size are joined: each costs some 200 bytes besides its own (Node 20). */
const SMALL = 4_096;

const EMPTY = Buffer.alloc(0);

/**
 * Bytes that arrive in chunks and are needed as one. They are copied when they are read. Small
 * chunks are joined before, each with a neighbour that is no larger, so that a sender of tiny
 * packets occupies little more memory than it sends, and no byte is copied more than about a dozen
 * times.
 */
export class ByteQueue {
  /** Bytes in all. */
  size = 0;
  /** All bytes, while they are in one chunk: most queues never have a second. */
  #whole: Buffer = EMPTY;
  /** The chunks, once there are several. */
  #chunks: Buffer[] | undefined;

  push(chunk: Buffer): void {
    if (this.size === 0) {
      this.keep(chunk);
      return;
    }
    this.size += chunk.length;
    this.#chunks ??= [this.#whole];
    this.#whole = EMPTY;
    let last = chunk;
    for (;;) {
      const before = this.#chunks.at(-1);
      if (before === undefined || before.length > last.length || last.length >= SMALL) break;
      this.#chunks.pop();
      last = Buffer.concat([before, last]);
    }
    this.#chunks.push(last);
  }

  /** All bytes as one buffer. They stay in the queue. */
  join(): Buffer {
    if (this.#chunks !== undefined) this.keep(Buffer.concat(this.#chunks, this.size));
    return this.#whole;
  }

  /** All bytes as one buffer. The queue is empty afterwards. */
  take(): Buffer {
    const all = this.join();
    this.clear();
    return all;
  }

  /** Drops all bytes, without copying them. */
  clear(): void {
    this.keep(EMPTY);
  }

  /** Replaces all bytes by these. */
  keep(bytes: Buffer): void {
    this.#whole = bytes;
    this.#chunks = undefined;
    this.size = bytes.length;
  }
}
