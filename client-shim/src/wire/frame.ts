/** One frame of PROTOCOL.md §2. */
export interface Frame {
  readonly type: string;
  /** Text as it is, binary as characters U+0000 to U+00FF: the one form of bytes that every engine can hold, cut and join. */
  readonly data: string;
  /** Number of a numbered frame that arrived; 0 on others. */
  readonly seq: number;
}

/** How far the units of one carrier have been read. */
export interface Position {
  /** Where the next frame begins in the text so far. */
  at: number;
  /** Up to where the end of that frame has been looked for. */
  seen: number;
  /** Number of the next numbered frame; 0 until `#` has said it. */
  next: number;
}

/**
 * Reads what a growing text has gained since the last call. A frame that has not come whole is left for the next call. Null for
 * a malformed unit.
 */
export type Read = (position: Position, text: string) => Frame[] | null;

const LAST_NUMBER = 9007199254740991;
const NUMBER = /^(0|[1-9]\d{0,15})$/;
const CLOSE = /^((1\d\d\d|[34]\d\d\d)(,[\s\S]*)?)?$/;
const END = /^[rsg]$/;

/** A frame to be sent. */
export function frame(type: string, data: string | number): Frame {
  return { type: type, data: '' + data, seq: 0 };
}

/** Whether a frame's payload is octets. */
export function isBinary(type: string): boolean {
  return type === 'B' || type === 'b';
}

export function startPosition(): Position {
  return { at: 0, seen: 0, next: 0 };
}

/** A frame from the gateway as it was spelled, with its number; null if it is malformed (PROTOCOL.md §2, §2.1). */
export function arrived(position: Position, type: string, data: string): Frame | null {
  if (!isWellFormed(type, data)) return null;
  let seq = 0;
  if (type === '#') position.next = +data;
  if (type === 'T' || type === 't' || type === 'C' || type === 'X' || isBinary(type)) {
    seq = position.next;
    if (!seq || seq > LAST_NUMBER) return null;
    position.next += 1;
  }
  return { type: type, data: data, seq: seq };
}

function isWellFormed(type: string, data: string): boolean {
  switch (type) {
    case 'T':
    case 't':
    case 'B':
    case 'b':
    case 'P':
      return true;
    case '#':
    case 'A':
      return NUMBER.test(data) && +data <= LAST_NUMBER && (type === 'A' || +data > 0);
    case 'C':
      return CLOSE.test(data) && !/^(1004|1005|1006|101[5-9]|10[2-9]|1[1-9])/.test(data);
    case 'E':
      return END.test(data);
    case 'H':
    case 'R':
    case 'X':
      return !data;
    default:
      return false;
  }
}
