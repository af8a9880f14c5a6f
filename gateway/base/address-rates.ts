import type { Clock } from './clock.ts';
import { RequestError } from './errors.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

/** Addresses that are known at a time: about 20 MiB. The one that was idle longest goes first. */
const MAX_ADDRESSES = 100_000;

/** Old entries that are looked at for each new one, so that none stays for long. */
const LOOKS = 2;

/** Bounds how many connections, native ones and sessions, an address opens in a time. */
export class AddressRates {
  readonly #rate: Rate;
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Addresses that are known. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Counts a connection. Throws a `RequestError` 429 `GW_CREATE_RATE` when it is one too many. */
  take(address: string): void {
    const now = this.#clock.now();
    this.#forget(now);
    const bucket = this.#buckets.get(address) ?? new TokenBucket(this.#rate, now);
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    if (!bucket.take(1, now)) throw new RequestError('GW_CREATE_RATE');
  }

  #forget(now: number): void {
    let looks = 0;
    for (const [address, bucket] of this.#buckets) {
      const isOver = bucket.isFull(now) || this.#buckets.size >= MAX_ADDRESSES;
      if (!isOver || looks++ === LOOKS) return;
      this.#buckets.delete(address);
    }
  }
}
