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
    this.#timer = this.#clock.setTimeout(Alarm.#ring, Math.max(0, this.#at - this.#clock.now()), this);
  }

  /** One function for all, as every session has an alarm. */
  static #ring(alarm: Alarm): void {
    const now = alarm.#clock.now();
    if (alarm.#owner.due() <= now) alarm.#owner.act(now);
    if (!alarm.#isOver) alarm.#set();
  }
}
