import type { Delivery, EndReason } from '../protocol/delivery.ts';

/** Text for responses of text, bytes for the others. */
export type Chunk = string | Buffer;

/** How a downstream writes what a session has for it: one dialect in one wire form. */
export interface Encoder<C extends Chunk = Chunk> {
  /**
   * Numbered frames, and what they acknowledge. `positioned`: the receiver knows the first number.
   */
  delivery(delivery: Delivery, positioned: boolean): C;
  readonly heartbeat: C;
  /** Why this downstream ends. */
  end(reason: EndReason): C;
}

/** Puts frames into what a wire form has around them: an event, a script, a line, a call. */
export type Wrap = (frames: string) => string;
