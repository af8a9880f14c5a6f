import type { Clock, Timer } from '../../gateway/base/clock.ts';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#now;
  }

  setTimeout<Argument>(callback: (argument: Argument) => void, delay: number, argument?: Argument): Timer {
    const pending = { at: this.#now + delay, callback: () => callback(argument as Argument) };
    this.#pending.add(pending);
    return pending;
  }

  clearTimeout(timer: Timer): void {
    this.#pending.delete(timer as Pending);
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Moves time on, calling what falls due in its order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#pending.delete(next);
      next.callback();
    }
    this.#now = end;
  }

  /** Moves time on while the process sleeps: what falls due meanwhile is called at the end. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    this.advance(0);
  }

  #nextUntil(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at <= end && (first === undefined || pending.at < first.at)) first = pending;
    }
    return first;
  }
}
