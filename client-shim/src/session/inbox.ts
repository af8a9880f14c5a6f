import type { Frame } from '../wire/frame.ts';

/** Puts what arrives on all carriers into one order, and fragments together. */
export interface Inbox {
  /** Takes a numbered frame; one that is there already is dropped. False if one before it is missing. */
  accept(frame: Frame): boolean;
  /** Number of the last frame received in unbroken order. */
  received(): number;
}

/** `deliver` is told every whole message and the end, `T`, `B`, `C` or `X`. */
export function createInbox(deliver: (type: string, data: string) => void): Inbox {
  let received = 0;
  let fragments: string[] = [];

  return {
    accept: (frame) => {
      if (frame.seq <= received) return true;
      if (frame.seq > received + 1) return false;
      received = frame.seq;
      fragments.push(frame.data);
      if (frame.type === 't' || frame.type === 'b') return true;
      const data = fragments.join('');
      fragments = [];
      deliver(frame.type, data);
      return true;
    },
    received: () => received
  };
}
