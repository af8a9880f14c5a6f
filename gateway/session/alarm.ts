import type { Clock, Timer } from '../base/clock.ts';

/** What an alarm wakes. */
export interface AlarmOwner {
  /** When something is due if nothing happens before: ms of the clock. */
  due(): number;
  /** Something is due. */
  act(now: number): void;
}

/**
 * One timer for everything that may be due. It is set for the earliest. When it goes off it asks
 * again, so whatever puts things off, as every message does, need not touch it.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #owner: AlarmOwner;
  #timer: Timer;
  /** When it goes off: never later than something is due. */
  #at = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(clock: Clock, owner: AlarmOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Something may be due earlier than before. */
  look(): void {
    if (!this.#isOver && this.#owner.due() < this.#at) this.#set();
  }

  stop(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #set(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#at = this.#owner.due();
    this.#timer = this.#clock.setTimeout(() => this.#ring(), Math.max(0, this.#at - this.#clock.now()));
  }

  #ring(): void {
    const now = this.#clock.now();
    if (this.#owner.due() <= now) this.#owner.act(now);
    if (!this.#isOver) this.#set();
  }
}
