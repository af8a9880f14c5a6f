/** One frame of PROTOCOL.md §2. */
export interface Frame {
  readonly _type: string;
  /**
   * Text as it is. Binary data has one character per byte (U+0000 to U+00FF), which is the only
   * form of bytes that every engine can store, cut and join.
   */
  readonly _data: string;
  /** The number of a numbered frame that arrived, 0 for other frames. */
  readonly _seq: number;
}

/** How far the text of a carrier has been read. */
export interface Position {
  /** Where the next frame begins. */
  _at: number;
  /** How far the end of that frame has been searched for. */
  _seen: number;
  /** The number of the next numbered frame; 0 until a `#` frame sets it. */
  _next: number;
}

/**
 * Reads what a growing text has gained since the last call. An incomplete frame is left for the
 * next call. Null if the text is malformed.
 */
export type Read = (position: Position, text: string) => Frame[] | null;

const LAST_NUMBER = 9007199254740991;
const NUMBERED = /[TtBbCX]/;
/** Types whose payload is not restricted. */
const FREE = /[TtBbP]/;
/**
 * The other types and their payloads. `C` accepts the codes that may be sent (RFC 6455 §7.4, IANA
 * close code registry).
 */
const BOUND =
  /^([HRX]|E[rsg]|S\d+|A0|[#A][1-9]\d{0,15}|C((100[0-37-9]|101[0-4]|[34]\d\d\d)(,[\s\S\u180e]*)?)?)$/;

/** A frame to be sent. */
export function frame(type: string, data: string | number): Frame {
  return { _type: type, _data: '' + data, _seq: 0 };
}

/** Whether the payload of this type is bytes. */
export function isBinary(type: string): boolean {
  return type === 'B' || type === 'b';
}

export function startPosition(): Position {
  return { _at: 0, _seen: 0, _next: 0 };
}

/** A frame from the gateway, with its number. Null if it is malformed (PROTOCOL.md §2, §2.1). */
export function arrived(position: Position, type: string, data: string): Frame | null {
  if (!FREE.test(type) && !BOUND.test(type + data)) return null;
  if ((type === '#' || type === 'A') && +data > LAST_NUMBER) return null;
  if (type === '#') position._next = +data;
  // Each session has its own numbers.
  if (type === 'S') position._next = 0;
  if (!NUMBERED.test(type)) return { _type: type, _data: data, _seq: 0 };
  const seq = position._next;
  position._next += 1;
  return seq && seq <= LAST_NUMBER ? { _type: type, _data: data, _seq: seq } : null;
}
