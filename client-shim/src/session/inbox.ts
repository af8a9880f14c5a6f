import type { Frame } from '../wire/frame.ts';

/** Puts what arrives on all carriers into one order, and fragments together. */
export interface Inbox {
  /** Takes a numbered frame; one that is there already is dropped. False if one before it is missing. */
  _accept(frame: Frame): boolean;
  /** Number of the last frame received in unbroken order. */
  _received(): number;
}

/** `deliver` is told every whole message and the end, `T`, `B`, `C` or `X`. */
export function createInbox(deliver: (type: string, data: string) => void): Inbox {
  let received = 0;
  let fragments: string[] = [];

  return {
    _accept: (frame) => {
      if (frame._seq <= received) return true;
      if (frame._seq > received + 1) return false;
      received = frame._seq;
      fragments.push(frame._data);
      if (frame._type === 't' || frame._type === 'b') return true;
      const data = fragments.join('');
      fragments = [];
      deliver(frame._type, data);
      return true;
    },
    _received: () => received
  };
}
