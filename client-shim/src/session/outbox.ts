import { type Frame, frame, isBinary } from '../wire/frame.ts';

/** What a frame costs beside its payload, in characters: type, length or end. */
const OVERHEAD = 8;

interface Entry {
  readonly _frame: Frame;
  /** Payload bytes of the page's message that are sent when this is; on its last fragment. */
  readonly _size: number;
}

function costOf(entry: Entry): number {
  return entry._frame._data.length + OVERHEAD;
}

/** The numbered frames that the gateway has not acknowledged. */
export interface Outbox {
  /** Adds a message, in fragments where it is longer than a body may be. */
  _add(type: 'T' | 'B' | 'C', data: string, size: number): void;
  /** The next frames not yet sent, as many as a body holds, behind their `#`; empty if there are none. */
  _take(): Frame[];
  /** There are some to take. Twice what a body holds may be sent and not acknowledged: what waits is in order and may go another way. */
  _hasUnsent(): boolean;
  /** All is acknowledged. */
  _isEmpty(): boolean;
  /** Some were sent and are not acknowledged. */
  _isAwaiting(): boolean;
  /** All that is not acknowledged is to be sent again. */
  _rewind(): void;
  /** Forgets what is acknowledged; answers the payload bytes that this was. */
  _acknowledged(seq: number): number;
}

/**
 * `bodyLimit` is the octets that a request body may have. A UTF-16 unit has at most 3 octets of UTF-8, an escaped one 2, one of base64 4/3: by
 * a third of the limit in characters no body can be too long, and nothing has to be measured.
 */
export function createOutbox(bodyLimit: number): Outbox {
  const limit = Math.floor((bodyLimit - 512) / 3);
  const entries: Entry[] = [];
  /** Number of the last acknowledged frame: that of `entries[0]` is one more. */
  let base = 0;
  /** How many of `entries` have been sent, and what they cost. */
  let sent = 0;
  let pending = 0;

  function hasUnsent(): boolean {
    return sent < entries.length && (!pending || pending + costOf(entries[sent] as Entry) <= 2 * limit);
  }

  function fragments(type: string, data: string, size: number): void {
    let at = 0;
    while (data.length - at > limit - OVERHEAD) {
      let end = at + limit - OVERHEAD;
      if (!isBinary(type) && (data.charCodeAt(end - 1) & 0xfc00) === 0xd800) end -= 1;
      entries.push({ _frame: frame(type.toLowerCase(), data.substring(at, end)), _size: 0 });
      at = end;
    }
    entries.push({ _frame: frame(type, data.substring(at)), _size: size });
  }

  return {
    _add: fragments,
    _take: () => {
      const frames: Frame[] = [];
      let room = limit;
      for (; hasUnsent(); sent += 1) {
        const next = entries[sent] as Entry;
        const cost = costOf(next);
        room -= cost;
        if (room < 0 && frames.length) break;
        pending += cost;
        if (!frames.length) frames.push(frame('#', base + sent + 1));
        frames.push(next._frame);
      }
      return frames;
    },
    _hasUnsent: hasUnsent,
    _isEmpty: () => !entries.length,
    _isAwaiting: () => sent > 0,
    _rewind: () => {
      sent = pending = 0;
    },
    _acknowledged: (seq) => {
      const count = Math.min(seq - base, entries.length);
      if (count <= 0) return 0;
      let bytes = 0;
      const gone = entries.splice(0, count);
      for (let i = 0; i < gone.length; i += 1) {
        bytes += (gone[i] as Entry)._size;
        if (i < sent) pending -= costOf(gone[i] as Entry);
      }
      base += count;
      sent = Math.max(0, sent - count);
      return bytes;
    }
  };
}
