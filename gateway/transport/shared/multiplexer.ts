import { END_LETTERS } from '../../dialect/resumable.ts';
import type { Delivery, DeliveryPart, EndReason } from '../../protocol/delivery.ts';
import type { SharedUnit, Unit } from '../../protocol/unit.ts';
import type { Carrier, CarrierOwner } from '../../session/carrier.ts';
import type { Session } from '../../session/session.ts';
import { ackLater } from '../ack-later.ts';
import { MultiplexedCarrier } from './multiplexed-carrier.ts';

/** One of several sessions, and what the unit that attaches them says of it. */
interface Member {
  /** Undefined: its token is not good. */
  readonly session: Session | undefined;
  readonly unit: Unit;
}

/** A delivery of nothing but parts. */
function joined(parts: readonly DeliveryPart[]): Delivery {
  return { first: 1, entries: [], ack: -1, parts };
}

/**
 * Several sessions of one page on one carrier (PROTOCOL.md §10). To the carrier they are one session; each of them has a carrier of
 * its own in its seat, and neither knows.
 */
export class Multiplexer implements CarrierOwner {
  readonly #members: Member[];
  #carriers: readonly MultiplexedCarrier[] = [];
  #carrier: Carrier | undefined;
  /** Seats that have not ended. */
  #open = 0;
  /** The session that the client takes frames for at present. */
  #selected = 0;
  /** What is to go out on a poll: all that the sessions say in this turn. */
  #parts: DeliveryPart[] = [];

  /** `find` is told the token of each further session. */
  constructor(
    first: Session,
    unit: Unit,
    shared: readonly SharedUnit[],
    find: (token: string) => Session | undefined,
  ) {
    const others = shared.map((one) => ({ session: find(one.token), unit: one.unit }));
    this.#members = [{ session: first, unit: { ...unit, shared: undefined } }, ...others];
  }

  // --- to the carrier, one session ---

  /** All of it, or nothing. What was taken is told by the downstream. */
  accept(): void {
    for (const { session, unit } of this.#members) session?.check(unit);
    for (const { session, unit } of this.#members) session?.accept(unit, ackLater);
  }

  attachCarrier(carrier: Carrier): void {
    this.#carrier = carrier;
    this.#open = this.#members.length;
    this.#carriers = this.#members.map(
      (_member, number) => new MultiplexedCarrier(this, number, carrier, this.#open),
    );
    this.#members.forEach(({ session, unit: { wanted } }, number) => {
      session?.attachCarrier(this.#carriers[number] as MultiplexedCarrier, wanted?.n ?? 0, wanted?.ack ?? 0);
    });
    this.#members.forEach(({ session }, number) => {
      if (session === undefined) this.#carriers[number]?.end('gone');
    });
  }

  detach(): void {
    this.#each((session, seat) => session.detach(seat));
  }

  writable(): void {
    this.#each((session, seat) => session.writable(seat));
  }

  #each(act: (session: Session, seat: MultiplexedCarrier) => void): void {
    this.#members.forEach(({ session }, number) => {
      const seat = this.#carriers[number];
      if (session !== undefined && seat !== undefined) act(session, seat);
    });
  }

  // --- to the sessions, what is behind their carriers ---

  /** Writes what a session says; on a poll, together with what the others have to say. */
  say(number: number, delivery: Delivery | undefined, positioned: boolean, sign: string): boolean {
    const carrier = this.#carrier as Carrier;
    const isSelected = number === this.#selected;
    this.#selected = number;
    const part = {
      session: isSelected ? undefined : number,
      delivery,
      positioned: isSelected && positioned,
      sign,
    };
    if (!carrier.once) return carrier.deliver(joined([part]));
    // Those that have something are about to say it in this same turn: they are woken before.
    if (this.#parts.length === 0) queueMicrotask(() => this.#answer(carrier));
    this.#parts.push(part);
    return false;
  }

  /** A seat has ended; with the last of them the carrier does. */
  leave(number: number, reason: EndReason): void {
    this.#open--;
    const carrier = this.#carrier as Carrier;
    if (this.#open > 0 || carrier.once) {
      this.say(number, undefined, false, `E${END_LETTERS[reason]}`);
      return;
    }
    if (number !== this.#selected) this.say(number, undefined, false, '');
    carrier.end(reason);
  }

  #answer(poll: Carrier): void {
    this.detach();
    poll.deliver(joined(this.#parts));
  }
}
