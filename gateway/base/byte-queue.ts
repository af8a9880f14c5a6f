/** So many pieces in a row are put together if they are small: each costs some 200 bytes beside its own (Node 20, one byte in each packet). */
const ROW = 256;

/** Bytes of such a row below which it is put together. */
const SMALL = 65_536;

/**
 * Bytes that come in pieces and are wanted in one. They are copied when they are asked for, and small ones once before, so that a sender
 * of many small packets gets no more memory than a few times what it sends.
 */
export class ByteQueue {
  /** Bytes in all. */
  size = 0;
  #pieces: Buffer[] = [];
  /** The last pieces, which no one has looked at. */
  #row = 0;
  #rowSize = 0;

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.size += piece.length;
    this.#row++;
    this.#rowSize += piece.length;
    if (this.#row < ROW) return;
    if (this.#rowSize < SMALL) this.#pieces.push(Buffer.concat(this.#pieces.splice(-ROW), this.#rowSize));
    this.#row = this.#rowSize = 0;
  }

  /** All of them in one. They stay. */
  join(): Buffer {
    if (this.#pieces.length !== 1) this.keep(Buffer.concat(this.#pieces, this.size));
    return this.#pieces[0] ?? EMPTY;
  }

  /** All of them in one. Nothing stays. */
  take(): Buffer {
    const all = this.join();
    this.clear();
    return all;
  }

  /** Nothing stays, and nothing is copied. */
  clear(): void {
    this.keep(EMPTY);
  }

  /** Just this stays. */
  keep(bytes: Buffer): void {
    this.#pieces = bytes.length === 0 ? [] : [bytes];
    this.size = bytes.length;
    this.#row = this.#rowSize = 0;
  }
}

const EMPTY = Buffer.alloc(0);
