import type { Clock, Timer } from '../base/clock.ts';

/**
 * One timer for everything that may be due. It is set for the earliest. When it goes off it asks
 * again, so whatever puts things off, as every message does, need not touch it.
 */
export abstract class Alarm {
  protected readonly clock: Clock;
  #timer: Timer;
  /** When it goes off: never later than something is due. Undefined: it was never set. */
  #at: number | undefined;
  #isOver = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** When something is due if nothing happens before: ms of the clock. */
  protected abstract due(): number;

  /** Something is due. */
  protected abstract act(now: number): void;

  /** Something may be due earlier than before. */
  look(): void {
    if (this.#isOver) return;
    if (this.#at === undefined || this.due() < this.#at) this.#set();
  }

  stop(): void {
    this.#isOver = true;
    this.clock.clearTimeout(this.#timer);
  }

  #set(): void {
    const { clock } = this;
    clock.clearTimeout(this.#timer);
    this.#at = this.due();
    this.#timer = clock.setTimeout(Alarm.#ring, Math.max(0, this.#at - clock.now()), this);
  }

  /** One function for all, as every session has an alarm. */
  static #ring(alarm: Alarm): void {
    const now = alarm.clock.now();
    if (alarm.due() <= now) alarm.act(now);
    if (!alarm.#isOver) alarm.#set();
  }
}
