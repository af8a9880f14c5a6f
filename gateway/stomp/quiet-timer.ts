import type { Clock, Timer } from '../base/clock.ts';

/** The longest delay of a timer, in milliseconds: Node fires a longer one at once. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Calls back whenever nothing happened for a time, until it is stopped. An event costs one number
 * and no timer.
 */
export class QuietTimer {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #onQuiet: () => void;
  #last: number;
  #timer: Timer;
  #stopped = false;

  /** `interval` is in milliseconds; 0 or less never calls back. */
  constructor(clock: Clock, interval: number, onQuiet: () => void) {
    this.#clock = clock;
    this.#interval = Math.min(interval, MAX_DELAY);
    this.#onQuiet = onQuiet;
    this.#last = clock.now();
    if (interval > 0) this.#set();
  }

  /** Something happened. */
  touch(): void {
    this.#last = this.#clock.now();
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #set(): void {
    const due = this.#last + this.#interval;
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#clock.now() >= this.#last + this.#interval) {
        this.touch();
        this.#onQuiet();
      }
      if (!this.#stopped) this.#set();
    }, due - this.#clock.now());
  }
}
