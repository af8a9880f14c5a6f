import type { Delivery, EndReason } from '../../protocol/delivery.ts';
import type { Carrier } from '../../session/carrier.ts';

/** The sessions together, and the one carrier that they share. */
interface SharedDownstream {
  say(number: number, delivery: Delivery | undefined, positioned: boolean, sign: string): boolean;
  leave(number: number, reason: EndReason): void;
}

/** The share of one session in a carrier. To the session it is a carrier like any other. */
export class MultiplexedCarrier implements Carrier {
  readonly name: string;
  readonly once: boolean;
  readonly brief: boolean;
  readonly acknowledges = false;
  readonly room: number;
  readonly #downstream: SharedDownstream;
  /** The session's number on this carrier. */
  readonly #number: number;
  /** Number of the frame that the client expects next for this session; 0 before the first. */
  #next = 0;
  #over = false;

  /** `members`: how many share the carrier, and its room. */
  constructor(downstream: SharedDownstream, number: number, carrier: Carrier, members: number) {
    this.#downstream = downstream;
    this.#number = number;
    this.name = carrier.name;
    this.once = carrier.once;
    this.brief = carrier.brief === true;
    this.room = Math.ceil(carrier.room / members);
  }

  deliver(delivery: Delivery): boolean {
    const positioned = delivery.first === this.#next;
    this.#next = delivery.first + delivery.entries.length;
    return this.#downstream.say(this.#number, delivery, positioned, '');
  }

  heartbeat(): void {
    this.#downstream.say(this.#number, undefined, false, 'H');
  }

  end(reason: EndReason): void {
    if (this.#over) return;
    this.#over = true;
    this.#downstream.leave(this.#number, reason);
  }
}
