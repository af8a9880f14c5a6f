import { END_LETTERS } from '../../dialect/resumable.ts';
import type { Delivery, DeliveryPart, EndReason } from '../../protocol/delivery.ts';
import type { SharedUnit, Unit } from '../../protocol/unit.ts';
import type { Carrier, CarrierOwner } from '../../session/carrier.ts';
import type { MemberSession } from './distant-session.ts';
import { MultiplexedCarrier } from './multiplexed-carrier.ts';

/** One of several sessions, and its part of the unit that attaches them. */
interface Member {
  /** Undefined: its token is unknown or may not be used. */
  readonly session: MemberSession | undefined;
  readonly unit: Unit;
}

/** A delivery of nothing but parts. */
function joined(parts: readonly DeliveryPart[]): Delivery {
  return { first: 1, entries: [], ack: -1, parts };
}

/**
 * Several sessions of one page on one carrier (PROTOCOL.md §10). To the carrier they are one
 * session. Each session has a `MultiplexedCarrier`, which is a carrier like any other.
 */
export class Multiplexer implements CarrierOwner {
  readonly #members: Member[];
  #carriers: readonly MultiplexedCarrier[] = [];
  #carrier: Carrier | undefined;
  /** Members that have not ended. */
  #open = 0;
  /** Number of the session that the last frames on the carrier were for. */
  #selected = 0;
  /** The answer to a poll so far: what the sessions have written in this turn of the event loop. */
  #parts: DeliveryPart[] = [];
  /**
   * Distant sessions that a poll waits for, once there is something to answer. Or one that has
   * something each time would keep them from ever having their say.
   */
  #unsaid = 0;
  #isAnswered = false;

  /** `find` is called with the token of each further session. */
  constructor(
    first: MemberSession,
    unit: Unit,
    shared: readonly SharedUnit[],
    find: (token: string) => MemberSession | undefined,
  ) {
    const others = shared.map((one) => ({ session: find(one.token), unit: one.unit }));
    this.#members = [{ session: first, unit: { ...unit, shared: undefined } }, ...others];
  }

  // --- towards the carrier: one session ---

  /** All units are taken, or none. The downstream brings the acknowledgements. */
  acceptCarried(): void {
    for (const { session, unit } of this.#members) session?.check(unit);
    for (const { session, unit } of this.#members) session?.acceptCarried(unit);
  }

  attachCarrier(carrier: Carrier): void {
    this.#carrier = carrier;
    this.#open = this.#members.length;
    this.#carriers = this.#members.map(
      (_member, number) => new MultiplexedCarrier(this, number, carrier, this.#open),
    );
    const said = (): void => {
      this.#unsaid--;
      if (carrier.once) queueMicrotask(() => this.#answer(carrier));
    };
    this.#unsaid = this.#members.filter(({ session }) => session?.isDistant).length;
    this.#members.forEach(({ session, unit: { wanted } }, number) => {
      const member = this.#carriers[number] as MultiplexedCarrier;
      session?.attachCarrier(member, wanted?.n ?? 0, wanted?.ack ?? 0, said);
    });
    this.#members.forEach(({ session }, number) => {
      if (session === undefined) this.#carriers[number]?.end('gone');
    });
  }

  detach(): void {
    this.#each((session, carrier) => session.detach(carrier));
  }

  writable(): void {
    this.#each((session, carrier) => session.writable(carrier));
  }

  #each(act: (session: MemberSession, carrier: MultiplexedCarrier) => void): void {
    this.#members.forEach(({ session }, number) => {
      const carrier = this.#carriers[number];
      if (session !== undefined && carrier !== undefined) act(session, carrier);
    });
  }

  // --- towards the sessions: what is behind their carriers ---

  /** Writes what a session has; on a poll, together with what the others have. */
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
    // The other sessions that have something write it in the same turn: their microtasks come
    // first.
    if (this.#parts.length === 0) queueMicrotask(() => this.#answer(carrier));
    this.#parts.push(part);
    return false;
  }

  /** A member has ended; the carrier ends with the last one. */
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
    if (this.#unsaid > 0 || this.#parts.length === 0 || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#each((session, carrier) => session.acknowledge?.(carrier));
    this.detach();
    poll.deliver(joined(this.#parts));
  }
}
