import {
  END,
  END_BYTES,
  encodeDelivery,
  encodeDeliveryBytes,
  HEARTBEAT,
  HEARTBEAT_BYTES,
} from '../dialect/resumable.ts';
import type { Delivery } from '../protocol/delivery.ts';
import type { Carrier, EndReason } from '../session/carrier.ts';
import { END_LETTER, noAnswer } from './end-frames.ts';
import { bytes } from './headers.ts';
import type { AttachCall, DownstreamTransport } from './transport.ts';

/** Long polling: a request is answered with what there is, as soon as there is something (PROTOCOL.md §6.2). */
export const xhrPolling: DownstreamTransport = {
  action: 'xhr-polling',
  method: 'POST',
  source: 'body',
  direction: 'down',
  serve: (call) => {
    call.session.accept(call.unit, noAnswer);
    const poll = new Poll(call);
    call.exchange.onGone(() => call.session.detach(poll));
    call.session.attachCarrier(poll, call.wanted.n, call.wanted.ack);
  },
  unknown: (exchange, headers) => exchange.reply(404, headers, END.g),
};

/** One poll that waits for its answer. */
class Poll implements Carrier {
  readonly once = true;
  readonly acknowledges = false;
  readonly room: number;
  readonly #call: AttachCall;

  constructor(call: AttachCall) {
    this.#call = call;
    this.room = call.limits.pollBudget;
  }

  deliver(delivery: Delivery): boolean {
    if (this.#inBytes()) this.#reply(encodeDeliveryBytes(delivery, false));
    else this.#reply(encodeDelivery(delivery, false));
    return false;
  }

  heartbeat(): void {
    this.#reply(this.#inBytes() ? HEARTBEAT_BYTES : HEARTBEAT);
  }

  end(reason: EndReason): void {
    const letter = END_LETTER[reason];
    this.#reply(this.#inBytes() ? END_BYTES[letter] : END[letter]);
  }

  #inBytes(): boolean {
    return this.#call.wanted.form === 'byte';
  }

  #reply(body: string | Buffer): void {
    const { exchange, headers } = this.#call;
    exchange.reply(200, typeof body === 'string' ? headers : bytes(headers), body);
  }
}
