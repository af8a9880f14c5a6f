import type { Delivery, EndReason } from '../protocol/delivery.ts';
import type { Unit } from '../protocol/unit.ts';

/**
 * The downstream of a session, one HTTP response or WebSocket. A transport makes it and calls the
 * session: `detach` when it is used up, `writable` when it takes more.
 */
export interface Carrier {
  /** Name of the transport in log lines. */
  readonly name: string;
  /** It serves one delivery and is over then (a poll). */
  readonly once: boolean;
  /** With `once`: its delivery is made at once, and has no messages if there are none. */
  readonly brief?: boolean;
  /** It wants acknowledgements also when there is nothing else to write (a WebSocket). */
  readonly acknowledges: boolean;
  /** Bytes of payload that one delivery should not exceed by more than an entry. */
  readonly room: number;
  /** Writes; false asks to wait for `writable`. */
  deliver(delivery: Delivery): boolean;
  /** Writes a sign of life. */
  heartbeat(): void;
  /** Writes the end mark, if the carrier has one, and ends. */
  end(reason: EndReason): void;
}

/** What a carrier works for: a session, or several that share it and are one to their carrier. */
export interface CarrierOwner {
  /**
   * Acts on the unit that came with a downstream, which brings the acknowledgement: nothing waits,
   * and what there is no room for is not taken. Throws a `MalformedError`, and then nothing has
   * taken effect.
   */
  acceptCarried(unit: Unit): void;
  /**
   * A downstream came: attach number `n` with all up to `ack` received (PROTOCOL.md §6.1).
   * `acceptCarried` was called with its unit before.
   */
  attachCarrier(carrier: Carrier, n: number, ack: number): void;
  /** The carrier is used up or gone; the client can say how far it received. */
  detach(carrier: Carrier): void;
  /** The carrier takes more, after `deliver` returned false. */
  writable(carrier: Carrier): void;
}

/** Why a carrier ended, as far as the gateway knows. */
export type CarrierEnd = 'superseded' | 'recycled' | 'used up' | 'gone';
