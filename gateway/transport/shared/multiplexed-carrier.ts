import type { Delivery, EndReason } from '../../protocol/delivery.ts';
import type { Carrier } from '../../session/carrier.ts';

/** What stands behind a seat: the sessions together, and their carrier. */
interface SharedDownstream {
  say(number: number, delivery: Delivery | undefined, positioned: boolean, sign: string): boolean;
  leave(number: number, reason: EndReason): void;
}

/** The place of one session on a carrier that it shares: to the session a carrier like any other. */
export class MultiplexedCarrier implements Carrier {
  readonly name: string;
  readonly once: boolean;
  readonly acknowledges = false;
  readonly room: number;
  readonly #downstream: SharedDownstream;
  /** The session's number on this carrier. */
  readonly #number: number;
  /** Number of the frame that the client expects next of this session; 0 before the first. */
  #next = 0;
  #over = false;

  /** `members` have the carrier together, and its room. */
  constructor(downstream: SharedDownstream, number: number, carrier: Carrier, members: number) {
    this.#downstream = downstream;
    this.#number = number;
    this.name = carrier.name;
    this.once = carrier.once;
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
