import type { Delivery } from '../protocol/delivery.ts';

/** Why a downstream is ended (PROTOCOL.md §6.4), or turned away because there is one already. */
export type EndReason = 'recycled' | 'superseded' | 'gone' | 'refused';

/**
 * The downstream of a session: one HTTP response or WebSocket, as the session sees it. It is made by a transport, which tells the session by `detach` when
 * it went away and by `writable` when it takes more.
 */
export interface Carrier {
  /** It serves one delivery and is over then (a poll). */
  readonly once: boolean;
  /** It wants acknowledgements also when there is nothing else to say (a WebSocket). */
  readonly acknowledges: boolean;
  /** Octets of payload that one delivery should not exceed by more than an entry. */
  readonly room: number;
  /** Writes; false asks to wait for `writable`. */
  deliver(delivery: Delivery): boolean;
  /** Writes a sign of life. */
  heartbeat(): void;
  /** Writes the end mark, if the carrier has one, and ends. */
  end(reason: EndReason): void;
}
