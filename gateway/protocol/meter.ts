import type { Clock } from '../base/clock.ts';
import { type Rate, TokenBucket } from '../base/token-bucket.ts';
import type { CloseStatus } from './close.ts';
import { CLOSES } from './close-table.ts';

/** How much a client may send on one connection; absent: as much as it likes. */
export interface MessageRates {
  readonly messages: Rate | undefined;
  /** Bytes of its messages. */
  readonly bytes: Rate | undefined;
}

/** Measures what the client of one connection sends. */
export class Meter {
  readonly #clock: Clock;
  readonly #messages: TokenBucket | undefined;
  readonly #bytes: TokenBucket | undefined;

  private constructor({ messages, bytes }: MessageRates, clock: Clock) {
    const now = clock.now();
    this.#clock = clock;
    this.#messages = messages && new TokenBucket(messages, now);
    this.#bytes = bytes && new TokenBucket(bytes, now);
  }

  /** Undefined: nothing is bounded, and nothing has to be measured. */
  static of(rates: MessageRates | undefined, clock: Clock): Meter | undefined {
    const isBounded = rates?.messages !== undefined || rates?.bytes !== undefined;
    return rates !== undefined && isBounded ? new Meter(rates, clock) : undefined;
  }

  /** Counts messages and their bytes. Answers what to close the connection with. */
  take(messages: number, bytes: number): CloseStatus | undefined {
    const now = this.#clock.now();
    if (this.#messages?.take(messages, now) === false) return CLOSES.tooManyMessages;
    return this.#bytes?.take(bytes, now) === false ? CLOSES.tooManyBytes : undefined;
  }
}
