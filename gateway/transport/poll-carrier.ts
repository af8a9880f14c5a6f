import type { Encoder } from '../dialect/encoder.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import type { Delivery, EndReason } from '../protocol/delivery.ts';
import type { Carrier } from '../session/carrier.ts';

/** A long poll that waits for its answer: one delivery, a heartbeat or an end. */
export class PollCarrier implements Carrier {
  readonly name: string;
  readonly brief: boolean;
  readonly room: number;
  readonly #exchange: Exchange;
  readonly #headers: Headers;
  readonly #encoder: Encoder;

  /**
   * `room`: bytes of payload that the answer carries, about. `headers` are those of the answer.
   * `brief`: the answer is not held.
   */
  constructor(
    name: string,
    exchange: Exchange,
    headers: Headers,
    encoder: Encoder,
    room: number,
    brief = false,
  ) {
    this.name = name;
    this.#exchange = exchange;
    this.#headers = headers;
    this.#encoder = encoder;
    this.room = room;
    this.brief = brief;
    exchange.forgetRequest();
  }

  // What is the same for all polls is no field: each would be eight bytes of an idle session.

  get once(): boolean {
    return true;
  }

  get acknowledges(): boolean {
    return false;
  }

  deliver(delivery: Delivery): boolean {
    this.#exchange.reply(200, this.#headers, this.#encoder.delivery(delivery, false));
    return false;
  }

  heartbeat(): void {
    this.#exchange.reply(200, this.#headers, this.#encoder.heartbeat);
  }

  end(reason: EndReason): void {
    this.#exchange.reply(200, this.#headers, this.#encoder.end(reason));
  }
}
