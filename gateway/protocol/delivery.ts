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
  /** On a carrier that several sessions share: all that is written, and the rest is ignored. */
  readonly parts?: readonly DeliveryPart[];
}

/** What is written for one session on a carrier that it shares (PROTOCOL.md §10). */
export interface DeliveryPart {
  /** Number of the session on this carrier; undefined: the same session as before. */
  readonly session: number | undefined;
  readonly delivery: Delivery | undefined;
  /** The receiver knows the number that the delivery begins with. */
  readonly positioned: boolean;
  /** Type and payload of a control frame behind the delivery: `H`, or `E` and its letter. */
  readonly sign: string;
}
