import type { Clock, Timer } from './clock.ts';

/** Longest delay that Node's timers take, in milliseconds: 2^31 - 1. */
const LONGEST = 2_147_483_647;

interface Entry {
  readonly callback: (argument: never) => void;
  readonly argument: unknown;
  readonly at: number;
  /** Of two that are due at the same time the one that was set first comes first. */
  readonly order: number;
  /** Place in the heap; -1: none any more. */
  index: number;
}

/**
 * All timers of a gateway on one timer of another clock. Every connection has one for its whole
 * life, and one of Node's takes 250 bytes with its closure, its list and its numbers. Exact: a
 * binary heap by the time at which each is due.
 */
export class TimerQueue implements Clock {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #order = 0;
  #timer: Timer;
  /** When the timer goes off. */
  #at = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimeout<Argument>(callback: (argument: Argument) => void, delay: number, argument?: Argument): Timer {
    const at = this.#clock.now() + Math.max(0, delay);
    const entry: Entry = { callback, argument, at, order: this.#order++, index: -1 };
    this.#rise(entry, this.#heap.length);
    this.#arm();
    return entry;
  }

  clearTimeout(timer: Timer): void {
    const entry = timer as Entry | undefined;
    if (entry === undefined || entry.index < 0) return;
    this.#remove(entry);
    // One that goes off too early does no harm, but one for nobody is not left behind.
    if (this.#heap.length === 0) this.#disarm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.at >= this.#at) return;
    this.#disarm();
    this.#at = first.at;
    const delay = Math.min(LONGEST, Math.max(0, first.at - this.#clock.now()));
    this.#timer = this.#clock.setTimeout(this.#ring, delay);
  }

  #disarm(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#at = Number.POSITIVE_INFINITY;
  }

  readonly #ring = (): void => {
    this.#at = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    try {
      for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
        this.#remove(first);
        first.callback(first.argument as never);
      }
    } finally {
      this.#arm();
    }
  };

  #remove(entry: Entry): void {
    const last = this.#heap.pop() as Entry;
    const { index } = entry;
    entry.index = -1;
    if (last === entry) return;
    this.#rise(last, index);
    if (last.index === index) this.#sink(last);
  }

  /** Puts an entry at a free place, or above it. */
  #rise(entry: Entry, free: number): void {
    let index = free;
    while (index > 0) {
      const above = this.#heap[(index - 1) >> 1] as Entry;
      if (isBefore(above, entry)) break;
      this.#put(above, index);
      index = (index - 1) >> 1;
    }
    this.#put(entry, index);
  }

  #sink(entry: Entry): void {
    let { index } = entry;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const least = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (least === undefined || isBefore(entry, least)) break;
      const free = least.index;
      this.#put(least, index);
      index = free;
    }
    this.#put(entry, index);
  }

  #put(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
