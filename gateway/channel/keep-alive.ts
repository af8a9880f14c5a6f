import type { Clock, Timer } from '../base/clock.ts';

/**
 * Finds out whether a connection is silent. It looks every half interval, so that activity costs a
 * flag and not a timer, and silence is noticed after one interval at the latest.
 */
export class KeepAlive {
  /** Set at every sign of life; each look clears it. */
  active = false;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #silent: () => void;
  #timer: Timer;

  /**
   * `interval`: milliseconds; 0 for never. `silent` is called at each look that finds no activity.
   */
  constructor(clock: Clock, interval: number, silent: () => void) {
    this.#clock = clock;
    this.#interval = interval;
    this.#silent = silent;
    if (interval > 0) this.#wait();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(this.#look, this.#interval / 2);
  }

  readonly #look = (): void => {
    this.#wait();
    const wasActive = this.active;
    this.active = false;
    if (!wasActive) this.#silent();
  };
}
