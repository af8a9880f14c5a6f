import type { Clock, Timer } from '../base/clock.ts';

/**
 * Finds out whether a connection is silent. It looks every half interval, so that activity costs a
 * flag and not a timer, and silence is noticed after one interval at the latest.
 */
export class KeepAlive<Owner = undefined> {
  /** Set at every sign of life; each look clears it. */
  active = false;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #silent: (owner: Owner) => void;
  readonly #owner: Owner;
  #timer: Timer;

  /**
   * `interval`: milliseconds; 0 for never. `silent` is called with `owner` at each look that finds
   * no activity.
   */
  constructor(clock: Clock, interval: number, silent: (owner: Owner) => void, owner?: Owner) {
    this.#clock = clock;
    this.#interval = interval;
    this.#silent = silent;
    this.#owner = owner as Owner;
    if (interval > 0) this.#wait();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(KeepAlive.#look<Owner>, this.#interval / 2, this);
  }

  /** One function for all, as every connection has a keep-alive. */
  static #look<Owner>(keepAlive: KeepAlive<Owner>): void {
    keepAlive.#wait();
    const wasActive = keepAlive.active;
    keepAlive.active = false;
    if (!wasActive) keepAlive.#silent(keepAlive.#owner);
  }
}
