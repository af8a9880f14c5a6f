/** So many units in so much time. */
export interface Rate {
  readonly amount: number;
  /** Milliseconds. */
  readonly period: number;
}

/**
 * A bucket of `amount` tokens that fills in `period`. It is looked at only when something is taken,
 * so one that is idle costs nothing. What is larger than the bucket may be taken from a full one,
 * and leaves a debt.
 */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  /** When it was looked at last: ms of the clock. */
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.amount;
    this.#at = now;
  }

  /** Takes tokens; false: there are not enough, and none was taken. */
  take(count: number, now: number): boolean {
    this.#fill(now);
    if (this.#tokens < Math.min(count, this.#rate.amount)) return false;
    this.#tokens -= count;
    return true;
  }

  /** Nothing was taken for so long that it may as well be a new one. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#rate.amount;
  }

  #fill(now: number): void {
    const { amount, period } = this.#rate;
    this.#tokens = Math.min(amount, this.#tokens + ((now - this.#at) * amount) / period);
    this.#at = now;
  }
}
