import type { Clock, Timer } from '../base/clock.ts';

/** Whose alarm it is. */
export interface AlarmOwner {
  /** When something is to be done if nothing happens before: ms of the clock. */
  due(): number;
  /** That time has come. */
  act(now: number): void;
}

/**
 * One timer for all that may be due. It is set for the earliest, and looked at again when it goes off: so what puts things off, as every message does, need not touch it.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #owner: AlarmOwner;
  #timer: Timer;
  /** When it goes off: never later than what is due. */
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
