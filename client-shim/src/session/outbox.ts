import { type Frame, frame, isBinary } from '../wire/frame.ts';

/** Characters that a frame costs besides its payload: its type, and its length or its end. */
const OVERHEAD = 8;

/**
 * Most numbered frames in one unit: half of what the gateway takes (PROTOCOL.md §12), so that `#`
 * and `A` have room beside them.
 */
export const UNIT_FRAMES = 512;

interface Entry {
  readonly _frame: Frame;
  /** Payload bytes. Those of a message are shared out among its fragments by their lengths. */
  readonly _size: number;
}

function costOf(entry: Entry): number {
  return entry._frame._data.length + OVERHEAD;
}

/** Holds the numbered frames that the gateway has not acknowledged. */
export interface Outbox {
  /** Adds a message; one that is longer than a body may be is cut into fragments. */
  _add(type: 'T' | 'B' | 'C', data: string, size: number): void;
  /**
   * Takes the next unsent frames, with their `#` in front: as many as fit into a body and a unit,
   * or into one of `shares` equal parts of both. Empty if there are none.
   */
  _take(shares: number): Frame[];
  /**
   * Whether there are frames to take. At most twice what a body holds is sent before something is
   * acknowledged: frames that still wait keep their order and can go out by another carrier.
   */
  _hasUnsent(): boolean;
  /** Whether everything is acknowledged. */
  _isEmpty(): boolean;
  /** Whether some frames were sent and are not acknowledged. */
  _isAwaiting(): boolean;
  /** Everything that is not acknowledged will be sent again. */
  _rewind(): void;
  /** Drops the frames up to `seq`, which are acknowledged; returns their payload bytes. */
  _acknowledged(seq: number): number;
}

/**
 * `bodyLimit`: bytes that a request body may have. A UTF-16 unit takes at most 3 bytes in UTF-8, an
 * escaped one 2, and a byte in base64 4/3. So a third of the limit, in characters, is never too
 * long for a body, and nothing has to be measured.
 */
export function createOutbox(bodyLimit: number): Outbox {
  const limit = Math.floor((bodyLimit - 512) / 3);
  const entries: Entry[] = [];
  /** Number of the last acknowledged frame; `entries[0]` has the next one. */
  let base = 0;
  /** How many of `entries` were sent, and the characters that these cost. */
  let sent = 0;
  let pending = 0;

  function hasUnsent(): boolean {
    return sent < entries.length && (!pending || pending + costOf(entries[sent] as Entry) <= 2 * limit);
  }

  function fragments(type: string, data: string, size: number): void {
    let at = 0;
    let left = size;
    while (data.length - at > limit - OVERHEAD) {
      let end = at + limit - OVERHEAD;
      if (!isBinary(type) && (data.charCodeAt(end - 1) & 0xfc00) === 0xd800) end -= 1;
      const share = Math.floor((size * (end - at)) / data.length);
      entries.push({ _frame: frame(type.toLowerCase(), data.substring(at, end)), _size: share });
      left -= share;
      at = end;
    }
    entries.push({ _frame: frame(type, data.substring(at)), _size: left });
  }

  return {
    _add: fragments,
    _take: (shares) => {
      const frames: Frame[] = [];
      let room = limit / shares;
      for (; frames.length <= UNIT_FRAMES / shares && hasUnsent(); sent += 1) {
        const next = entries[sent] as Entry;
        const cost = costOf(next);
        room -= cost;
        if (room < 0 && (frames.length || shares > 1)) break;
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
