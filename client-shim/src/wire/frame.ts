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
const NUMBERED = /[TtBbCX]/;
/** Types whose payload may be anything. */
const FREE = /[TtBbP]/;
/** The other ones and what their payload may be. `C`: the codes that may travel (RFC 6455 §7.4, IANA close code registry). */
const BOUND =
  /^([HRX]|E[rsg]|S\d+|A0|[#A][1-9]\d{0,15}|C((100[0-37-9]|101[0-4]|[34]\d\d\d)(,[\s\S\u180e]*)?)?)$/;

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
  if (!FREE.test(type) && !BOUND.test(type + data)) return null;
  if ((type === '#' || type === 'A') && +data > LAST_NUMBER) return null;
  if (type === '#') position.next = +data;
  // Numbers are each session's own.
  if (type === 'S') position.next = 0;
  if (!NUMBERED.test(type)) return { type: type, data: data, seq: 0 };
  const seq = position.next;
  position.next += 1;
  return seq && seq <= LAST_NUMBER ? { type: type, data: data, seq: seq } : null;
}
