import type { Clock, Timer } from '../base/clock.ts';

/** One time that something has; setting it again replaces the one before. */
export class Deadline {
  readonly #clock: Clock;
  #timer: Timer;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(milliseconds: number, late: () => void): void {
    this.clear();
    this.#timer = this.#clock.setTimeout(late, milliseconds);
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
