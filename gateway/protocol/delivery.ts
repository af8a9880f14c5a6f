import type { CloseStatus } from './close.ts';
import type { Message } from './message.ts';

/** Why a downstream ends (PROTOCOL.md §6.4), or is turned away because there is one already. */
export type EndReason = 'recycled' | 'superseded' | 'gone' | 'refused';

/** One numbered frame on its way to the client. */
export interface Entry {
  /** The message or fragment; undefined for the end. */
  readonly message: Message | undefined;
  /** More fragments follow. */
  readonly more: boolean;
  /** How the connection ends; undefined for a message. */
  readonly close: CloseStatus | undefined;
}

/** Numbered frames for a carrier to write, and what they acknowledge. */
export interface Delivery {
  /** Number of the first entry. */
  readonly first: number;
  readonly entries: readonly Entry[];
  /** Number to acknowledge, or -1 if the client knows it. */
  readonly ack: number;
  /** On a carrier that several sessions share: what they say, and nothing else is said then. */
  readonly parts?: readonly Part[];
}

/** What one session says on a carrier that it shares (PROTOCOL.md §10). */
export interface Part {
  /** Its number on this carrier; undefined: the one before was of the same session. */
  readonly session: number | undefined;
  readonly delivery: Delivery | undefined;
  /** The receiver knows already which number the delivery begins with. */
  readonly positioned: boolean;
  /** A control frame behind it, type and payload in one: `H`, or an `E` with its letter. */
  readonly sign: string;
}
