import type { Frame } from '../wire/frame.ts';

/** Puts the frames of all carriers into one order, and joins fragments. */
export interface Inbox {
  /** Takes a numbered frame, and drops a repeated one. False if a frame before it is missing. */
  _accept(frame: Frame): boolean;
  /** Number of the last frame received in unbroken order. */
  _received(): number;
}

/** `deliver` gets every whole message and the end: type `T`, `B`, `C` or `X`. */
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
