import { type Frame, type FrameHeaders, NO_BODY } from './frame.ts';
import type { FrameLimits } from './limits.ts';

const LF = 0x0a;
const COLON = 0x3a;
const NUL = 0;
const CONTENT_LENGTH = Buffer.from('content-length');

/**
 * Bytes of the longest head that is read here. A header value that is kept, such as a destination,
 * keeps the whole head alive (V8's sliced strings); the parser's values keep only their line.
 */
const MAX_HEAD = 1024;

/**
 * The bytes that such a head may contain beside LF: printable ASCII except the backslash, because
 * escapes depend on the version.
 */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? 1 : 0,
);

/**
 * A frame that arrived whole and is encoded as the serializer would encode it. Most are relayed
 * without a look at their headers.
 */
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

/** The header entries of lines that each contain a colon. */
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
 * Reads a frame that is complete in `bytes` from index `start` on, in one pass over its head.
 * Returns undefined if anything is doubtful, wrong or missing; the parser then decides.
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
  const last = start + MAX_HEAD + 1;
  let at = start;
  for (; at <= last; at++) {
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
  if (at > last) return undefined;
  const bodyAt = at + 1;
  if (bodyAt - start > limits.maxHead) return undefined;
  const end = bodyAt + Math.max(length, 0);
  if (bytes[end] !== NUL || end - start > limits.maxFrame || headers > limits.maxHeaders) return undefined;
  const command = bytes.toString('latin1', start, commandEnd);
  if (!commands.has(command)) return undefined;
  return new WholeFrame(command, bytes.subarray(start, end + 1), bodyAt - start);
}

function isContentLength(bytes: Buffer, at: number): boolean {
  return bytes.compare(CONTENT_LENGTH, 0, CONTENT_LENGTH.length, at, at + CONTENT_LENGTH.length) === 0;
}

/**
 * Reads the digits from `at` to `end`; -1 if they are no length. A leading zero is left to the
 * parser, because `parseInt` of old engines takes such a number for octal.
 */
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
