import { MalformedError } from '../protocol/unit.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;

/** The byte that a character behind a backslash means; 0: no escape (RFC 8259 §7). */
const ESCAPES = new Uint8Array(256);
for (const pair of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  ESCAPES[pair.charCodeAt(0)] = pair.charCodeAt(1);

/** 1: a quote, a backslash, or a control character, which JSON does not allow in a string. */
const SPECIAL = new Uint8Array(256).fill(1, 0, 0x20);
SPECIAL[QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;

/** What a hexadecimal digit means; -1: no digit. */
const DIGITS = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * Reads one long string of JSON a part at a time. The bytes are unescaped in place: text is never
 * longer than its escapes.
 */
export class LongString {
  readonly #bytes: Buffer;
  readonly #start: number;
  /** Where the next byte is read from, and written to. */
  #at: number;
  #to: number;

  /** `start`: the byte behind the opening quote. */
  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#at = start;
    this.#to = start;
  }

  /** Where reading goes on; behind the closing quote once the text is complete. */
  get position(): number {
    return this.#at;
  }

  /**
   * Reads up to `until`, or a few bytes further if an escape stands there. Returns the text, as
   * UTF-8, once it is complete. Throws a `MalformedError`.
   */
  read(until: number): Buffer | undefined {
    const bytes = this.#bytes;
    const end = Math.min(until, bytes.length);
    let at = this.#at;
    let to = this.#to;
    while (at < end) {
      let from = at;
      while (at < end && SPECIAL[bytes[at] as number] === 0) at++;
      // Nothing moves before the first escape.
      if (from === to) to = at;
      else while (from < at) bytes[to++] = bytes[from++] as number;
      if (at === end) break;
      if (bytes[at] === QUOTE) {
        this.#at = at + 1;
        return bytes.subarray(this.#start, to);
      }
      if (bytes[at] !== BACKSLASH) throw brokenJson();
      if (bytes[at + 1] === SMALL_U) {
        const point = codePointAt(bytes, at);
        to = writeCodePoint(bytes, to, point);
        at += point > 0xffff ? 12 : 6;
      } else {
        const meaning = ESCAPES[bytes[at + 1] ?? 0] as number;
        if (meaning === 0) throw brokenJson();
        bytes[to++] = meaning;
        at += 2;
      }
    }
    if (at >= bytes.length) throw brokenJson();
    this.#at = at;
    this.#to = to;
    return undefined;
  }
}

/** The code point of one `\u` escape, or of two if they are a surrogate pair. */
function codePointAt(bytes: Buffer, at: number): number {
  const unit = unitAt(bytes, at);
  if (unit < 0) throw brokenJson();
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const low = unit < 0xdc00 ? unitAt(bytes, at + 6) : -1;
  if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  // A lone surrogate has no UTF-8; see `unescaped`.
  return 0xfffd;
}

/** The UTF-16 unit of a `\u` escape; negative if there is none. */
function unitAt(bytes: Buffer, at: number): number {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== SMALL_U || at + 6 > bytes.length) return -1;
  const high = (digitAt(bytes, at + 2) << 12) | (digitAt(bytes, at + 3) << 8);
  return high | (digitAt(bytes, at + 4) << 4) | digitAt(bytes, at + 5);
}

function digitAt(bytes: Buffer, at: number): number {
  return DIGITS[bytes[at] as number] as number;
}

/** Returns where the next byte goes. A code point is written over its own escape. */
function writeCodePoint(bytes: Buffer, to: number, point: number): number {
  if (point < 0x80) {
    bytes[to] = point;
    return to + 1;
  }
  if (point < 0x800) {
    bytes[to] = 0xc0 | (point >> 6);
    bytes[to + 1] = 0x80 | (point & 0x3f);
    return to + 2;
  }
  if (point < 0x10000) {
    bytes[to] = 0xe0 | (point >> 12);
    bytes[to + 1] = 0x80 | ((point >> 6) & 0x3f);
    bytes[to + 2] = 0x80 | (point & 0x3f);
    return to + 3;
  }
  bytes[to] = 0xf0 | (point >> 18);
  bytes[to + 1] = 0x80 | ((point >> 12) & 0x3f);
  bytes[to + 2] = 0x80 | ((point >> 6) & 0x3f);
  bytes[to + 3] = 0x80 | (point & 0x3f);
  return to + 4;
}

export function brokenJson(): MalformedError {
  return new MalformedError('Broken JSON encoding.');
}
