import type { CloseStatus } from './close.ts';
import type { Message } from './message.ts';

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
}
