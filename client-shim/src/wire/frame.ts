/** One frame of PROTOCOL.md §2. */
export interface Frame {
  readonly _type: string;
  /**
   * Text as it is, binary as characters U+0000 to U+00FF: the one form of bytes that every engine
   * can hold, cut and join.
   */
  readonly _data: string;
  /** Number of a numbered frame that arrived; 0 on others. */
  readonly _seq: number;
}

/** How far the units of one carrier have been read. */
export interface Position {
  /** Where the next frame begins in the text so far. */
  _at: number;
  /** Up to where the end of that frame has been looked for. */
  _seen: number;
  /** Number of the next numbered frame; 0 until `#` has said it. */
  _next: number;
}

/**
 * Reads what a growing text has gained since the last call. A frame that has not come whole is left
 * for the next call. Null for a malformed unit.
 */
export type Read = (position: Position, text: string) => Frame[] | null;

const LAST_NUMBER = 9007199254740991;
const NUMBERED = /[TtBbCX]/;
/** Types whose payload may be anything. */
const FREE = /[TtBbP]/;
/**
 * The other ones and what their payload may be. `C`: the codes that may travel (RFC 6455 §7.4, IANA
 * close code registry).
 */
const BOUND =
  /^([HRX]|E[rsg]|S\d+|A0|[#A][1-9]\d{0,15}|C((100[0-37-9]|101[0-4]|[34]\d\d\d)(,[\s\S\u180e]*)?)?)$/;

/** A frame to be sent. */
export function frame(type: string, data: string | number): Frame {
  return { _type: type, _data: '' + data, _seq: 0 };
}

/** Whether a frame's payload is bytes. */
export function isBinary(type: string): boolean {
  return type === 'B' || type === 'b';
}

export function startPosition(): Position {
  return { _at: 0, _seen: 0, _next: 0 };
}

/**
 * A frame from the gateway as it was encoded, with its number; null if it is malformed (PROTOCOL.md
 * §2, §2.1).
 */
export function arrived(position: Position, type: string, data: string): Frame | null {
  if (!FREE.test(type) && !BOUND.test(type + data)) return null;
  if ((type === '#' || type === 'A') && +data > LAST_NUMBER) return null;
  if (type === '#') position._next = +data;
  // Numbers are each session's own.
  if (type === 'S') position._next = 0;
  if (!NUMBERED.test(type)) return { _type: type, _data: data, _seq: 0 };
  const seq = position._next;
  position._next += 1;
  return seq && seq <= LAST_NUMBER ? { _type: type, _data: data, _seq: seq } : null;
}
