/** Kinds of records between two nodes. A node ignores kinds that it does not know. */
export const RecordKind = {
  /** JSON: who speaks (`unix-hello.ts`). First on each connection. */
  hello: 0,
  /** A frame of `Link.send`. */
  frame: 1,
  /** One byte: 1 if the sender takes new sessions, else 0. */
  accepting: 2,
  /** The sender ends; nothing follows. */
  bye: 3,
} as const;

/** Length of what follows the head, in 4 bytes, most significant first; kind, in one. */
export const RECORD_HEAD = 5;

/** Records for one node, gathered until they leave together. */
export class RecordBatch {
  /** Bytes of all records, with their heads. */
  size = 0;
  #kinds: number[] = [];
  #contents: Buffer[] = [];

  push(kind: number, content: Buffer): void {
    this.#kinds.push(kind);
    this.#contents.push(content);
    this.size += RECORD_HEAD + content.length;
  }

  /**
   * Takes all records as chunks of `limit` bytes at most. The first `reserve` bytes of each chunk
   * are the caller's. A record may begin in one chunk and end in a later one. Nothing is encoded
   * twice, and a batch that fits is one chunk.
   */
  take(reserve: number, limit: number): Buffer[] {
    const writer = new ChunkWriter(this.size, reserve, limit);
    for (const [index, content] of this.#contents.entries()) {
      writer.head(content.length, this.#kinds[index] as number);
      writer.write(content);
    }
    this.clear();
    return writer.chunks;
  }

  clear(): void {
    this.size = 0;
    this.#kinds = [];
    this.#contents = [];
  }
}

class ChunkWriter {
  readonly chunks: Buffer[] = [];
  readonly #reserve: number;
  readonly #limit: number;
  /** Bytes still to come. */
  #left: number;
  #chunk!: Buffer;
  #at = 0;

  constructor(size: number, reserve: number, limit: number) {
    this.#left = size;
    this.#reserve = reserve;
    this.#limit = limit;
    this.#begin();
  }

  head(length: number, kind: number): void {
    if (this.#chunk.length - this.#at < RECORD_HEAD) {
      const head = Buffer.alloc(RECORD_HEAD);
      head.writeUInt32BE(length);
      head[4] = kind;
      this.write(head);
      return;
    }
    const chunk = this.#chunk;
    chunk.writeUInt32BE(length, this.#at);
    chunk[this.#at + 4] = kind;
    this.#at += RECORD_HEAD;
  }

  write(content: Buffer): void {
    let from = 0;
    for (;;) {
      const copied = content.copy(this.#chunk, this.#at, from);
      this.#at += copied;
      from += copied;
      if (from === content.length) return;
      this.#begin();
    }
  }

  #begin(): void {
    const size = Math.min(this.#left, this.#limit - this.#reserve);
    this.#left -= size;
    this.#chunk = Buffer.allocUnsafe(this.#reserve + size);
    this.#at = this.#reserve;
    this.chunks.push(this.#chunk);
  }
}
