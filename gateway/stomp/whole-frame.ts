import { type Frame, type FrameHeaders, NO_BODY } from './frame.ts';
import type { FrameLimits } from './limits.ts';

const LF = 0x0a;
const COLON = 0x3a;
const NUL = 0;
const CONTENT_LENGTH = Buffer.from('content-length');

/** Bytes of a head that is read by sight. An entry that is kept, as a destination is, keeps all of its head (V8's sliced strings): the parser's keep their line. */
const MAX_HEAD = 1024;

/** What a head may have beside LF to be read by sight: printable ASCII, but no backslash, as escapes are spelled by version. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? 1 : 0,
);

/** A frame that came in one piece, and is spelled as we would spell it. Most are relayed without their headers being looked at. */
class WholeFrame implements Frame {
  readonly command: string;
  readonly bytes: Buffer;
  readonly #bodyAt: number;
  #headers: FrameHeaders | undefined;

  constructor(command: string, bytes: Buffer, bodyAt: number) {
    this.command = command;
    this.bytes = bytes;
    this.#bodyAt = bodyAt;
  }

  get body(): Buffer {
    const end = this.bytes.length - 1;
    return end === this.#bodyAt ? NO_BODY : this.bytes.subarray(this.#bodyAt, end);
  }

  get headers(): FrameHeaders {
    this.#headers ??= entries(this.bytes.toString('latin1', this.command.length + 1, this.#bodyAt - 1));
    return this.#headers;
  }
}

/** Header entries of lines that are known to have a colon each. */
function entries(lines: string): FrameHeaders {
  const headers = new Map<string, string>();
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf('\n', at);
    const colon = lines.indexOf(':', at);
    const name = lines.slice(at, colon);
    if (!headers.has(name)) headers.set(name, lines.slice(colon + 1, end));
    at = end + 1;
  }
  return headers;
}

/**
 * Reads a frame that stands whole in `bytes` from `start` on, in one pass over its head. Answers undefined where anything is doubtful,
 * wrong, or not there yet: that is for the parser to say.
 */
export function readWholeFrame(
  bytes: Buffer,
  start: number,
  commands: ReadonlySet<string>,
  limits: FrameLimits,
): WholeFrame | undefined {
  let line = start;
  let colon = -1;
  let headers = -1;
  let commandEnd = start;
  let length = -1;
  let at = start;
  for (; ; at++) {
    const byte = bytes[at];
    if (byte === LF) {
      if (at === line) break;
      if (at - line > limits.maxLine || at - start > MAX_HEAD) return undefined;
      headers++;
      if (headers === 0) commandEnd = at;
      else if (colon <= line) return undefined;
      if (colon - line === CONTENT_LENGTH.length && isContentLength(bytes, line)) {
        if (length >= 0) return undefined;
        length = readLength(bytes, colon + 1, at);
        if (length < 0) return undefined;
      }
      line = at + 1;
      colon = -1;
    } else if (byte === COLON) {
      if (colon < 0) colon = at;
    } else if (byte === undefined || PLAIN[byte] !== 1) return undefined;
  }
  const bodyAt = at + 1;
  const end = bodyAt + Math.max(length, 0);
  if (bytes[end] !== NUL || end - start > limits.maxFrame || headers > limits.maxHeaders) return undefined;
  const command = bytes.toString('latin1', start, commandEnd);
  if (!commands.has(command)) return undefined;
  return new WholeFrame(command, bytes.subarray(start, end + 1), bodyAt - start);
}

function isContentLength(bytes: Buffer, at: number): boolean {
  return bytes.compare(CONTENT_LENGTH, 0, CONTENT_LENGTH.length, at, at + CONTENT_LENGTH.length) === 0;
}

/** Digits from `at` to `end`, or -1. None begins with a zero but 0 itself: `parseInt` of old engines takes such for octal. */
function readLength(bytes: Buffer, at: number, end: number): number {
  if (end === at || end - at > 10 || (bytes[at] === 0x30 && end - at > 1)) return -1;
  let length = 0;
  for (let index = at; index < end; index++) {
    const digit = (bytes[index] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = 10 * length + digit;
  }
  return length;
}
