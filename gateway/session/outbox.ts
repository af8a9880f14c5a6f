import type { Entry } from '../protocol/delivery.ts';

/** Numbered frames that the client has not acknowledged, in order. */
export class Outbox {
  #entries: Entry[] = [];
  /** Index of the oldest entry; what stands before it is acknowledged. */
  #head = 0;
  /** Number of the oldest entry, or of the next one to come. */
  #first = 1;
  /** Bytes in it: payload, and something for each entry, so that empty ones are bounded too. */
  bytes = 0;

  /** Number of the last entry that was ever put in. */
  get last(): number {
    return this.#first + this.#entries.length - this.#head - 1;
  }

  /** Number of the oldest entry that is not acknowledged. */
  get first(): number {
    return this.#first;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.bytes += sizeOf(entry);
  }

  /** Forgets all entries up to and with `number`. */
  acknowledge(number: number): void {
    for (; this.#first <= number; this.#first++) {
      this.bytes -= sizeOf(this.#entries[this.#head] as Entry);
      this.#head++;
    }
    if (this.#head === this.#entries.length) this.#entries = [];
    else if (this.#head > 64 && this.#head * 2 > this.#entries.length)
      this.#entries = this.#entries.slice(this.#head);
    else return;
    this.#head = 0;
  }

  /** Entries from `number` on, as many as fit into `room` bytes, but at least one if there is one. */
  from(number: number, room: number): Entry[] {
    const start = this.#head + number - this.#first;
    let end = start;
    for (let bytes = 0; end < this.#entries.length && bytes < room; end++) {
      bytes += sizeOf(this.#entries[end] as Entry);
    }
    return this.#entries.slice(start, end);
  }
}

function sizeOf(entry: Entry): number {
  return 16 + (entry.message?.size ?? 0);
}
