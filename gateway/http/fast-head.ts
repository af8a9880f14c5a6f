import type { RawHeaders } from '../base/raw-headers.ts';

/** A request head as the fast path reads it. */
export interface FastHead {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: RawHeaders;
  /** Bytes of the body. */
  readonly length: number;
  /** The client asks to close the connection after the response. */
  readonly closes: boolean;
  /** Bytes of the head, with the empty line behind it. */
  readonly size: number;
  /** Finds the same head again; absent: it is not kept. */
  readonly known: KnownHead | undefined;
}

/** A head that was read, to be found again at the beginning of other bytes. */
export interface KnownHead {
  /** This head with its length at the beginning of `bytes`; undefined: it is another, or gone. */
  read(bytes: Buffer): FastHead | undefined;
  /** What requests of this head have in common: from a trusted proxy, and from anybody else. */
  readonly ofProxies: object | undefined;
  readonly ofOthers: object | undefined;
}

/** Reads heads as `readFastHead` does, and finds those again that it has read. */
export interface HeadReader {
  /** `text` is the head at the beginning of `bytes`, without the empty line behind it. */
  read(text: string, bytes: Buffer): FastHead | undefined;
}

/** Longest head of the fast path, in bytes. It is Node's own default (`http.maxHeaderSize`). */
export const MAX_HEAD = 16_384;

/** Most fields of a head. Node drops fields after the 2,000th; browsers send about twenty. */
const MAX_FIELDS = 256;

const HEAD_END = '\r\n\r\n';
const REQUEST_LINE = /^(GET|POST|OPTIONS) (\/[!-~]*) HTTP\/1\.1$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/**
 * Control characters except tab, and line ends other than CR LF. Request smuggling depends on them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SUSPICIOUS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
/** Digits of a length: it is below 2^53, and far above any body limit. */
export const MAX_LENGTH_DIGITS = 15;
const LENGTH = new RegExp(`^\\d{1,${MAX_LENGTH_DIGITS}}$`);

/**
 * Reads a head at the beginning of `bytes`, by `readFastHead` or by what finds the same faster.
 * `foreign` is left to Node's parser, `incomplete` asks for more bytes. Takes time linear in the
 * head's length.
 */
export function parseFastHead(bytes: Buffer, reader?: HeadReader): FastHead | 'incomplete' | 'foreign' {
  const end = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (end < 0) return bytes.length > MAX_HEAD ? 'foreign' : 'incomplete';
  if (end > MAX_HEAD) return 'foreign';
  const text = bytes.toString('latin1', 0, end);
  const head = reader === undefined ? readFastHead(text) : reader.read(text, bytes);
  return head ?? 'foreign';
}

/**
 * Reads the text of a head, without the empty line behind it. It accepts what nearly all requests
 * look like: a plain HTTP/1.1 request with one `Host`, and a body of known length or none.
 * Everything else, valid or not, is undefined, so this parser never decides an ambiguous request.
 */
export function readFastHead(text: string): FastHead | undefined {
  if (SUSPICIOUS.test(text)) return undefined;
  const lines = text.split('\r\n');
  const request = REQUEST_LINE.exec(lines[0] as string);
  if (request === null || lines.length > MAX_FIELDS + 1) return undefined;
  return readFields(request[1] as string, request[2] as string, lines, text.length + HEAD_END.length);
}

/** Reads the fields. Those that decide how a request is read have to be in their plainest form. */
function readFields(
  method: string,
  target: string,
  lines: readonly string[],
  size: number,
): FastHead | undefined {
  const rawHeaders: string[] = [];
  let hosts = 0;
  let length: string | undefined;
  let closes = false;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon < 0 || !TOKEN.test(name)) return undefined;
    const start = skipBlanks(line, colon + 1);
    rawHeaders.push(name, line.slice(start, withoutBlanks(line, start)));
    switch (name.toLowerCase()) {
      case 'host':
        hosts++;
        break;
      case 'content-length':
        // Node refuses a tab after the digits, so blanks are not removed here.
        if (length !== undefined || !LENGTH.test(line.slice(start))) return undefined;
        length = line.slice(start);
        break;
      case 'connection':
      case 'proxy-connection': {
        // Node's parser treats both alike.
        const option = line.slice(start).toLowerCase();
        if (option !== 'keep-alive' && option !== 'close') return undefined;
        closes ||= option === 'close';
        break;
      }
      case 'transfer-encoding':
      case 'upgrade':
      case 'expect':
        return undefined;
    }
  }
  if (hosts !== 1) return undefined;
  return { method, target, rawHeaders, length: Number(length ?? 0), closes, size, known: undefined };
}

function skipBlanks(line: string, from: number): number {
  let start = from;
  while (start < line.length && isBlank(line.charCodeAt(start))) start++;
  return start;
}

/** The end of the value that begins at `start`, without the blanks behind it. */
function withoutBlanks(line: string, start: number): number {
  let end = line.length;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return end;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * A head that arrives in several packets. Reads each byte once, and says `foreign` at the first
 * line the fast path does not take, so that Node answers malformed requests as early as on its own
 * connections.
 */
export class PartialHead {
  #size = 0;
  /** A CR at the end of the last packet, whose LF may be in the next. */
  #heldCr = '';
  /** What came of the unfinished line. */
  #line: string[] = [];
  #isFirstLine = true;

  /** Takes the next packet. `complete`: an empty line has come, and `parseFastHead` decides. */
  push(packet: Buffer): 'incomplete' | 'complete' | 'foreign' {
    this.#size += packet.length;
    let text = this.#heldCr + packet.toString('latin1');
    this.#heldCr = text.endsWith('\r') ? '\r' : '';
    if (this.#heldCr !== '') text = text.slice(0, -1);
    const lines = text.split('\r\n');
    const unfinished = lines.pop() as string;
    for (const end of lines) {
      if (this.#line.length === 0 && end === '') return 'complete';
      this.#line.push(end);
      const line = this.#line.join('');
      if (line === '') return 'complete';
      this.#line = [];
      if (!this.#takes(line)) return 'foreign';
      this.#isFirstLine = false;
    }
    if (unfinished !== '') this.#line.push(unfinished);
    if (this.#line.length > MAX_PARTS) this.#line = [this.#line.join('')];
    const isHopeless = SUSPICIOUS.test(unfinished) || (this.#isFirstLine && !this.#maybeRequest());
    return isHopeless || this.#size > MAX_HEAD ? 'foreign' : 'incomplete';
  }

  #takes(line: string): boolean {
    if (SUSPICIOUS.test(line)) return false;
    if (this.#isFirstLine) return REQUEST_LINE.test(line);
    return TOKEN.test(line.slice(0, Math.max(0, line.indexOf(':'))));
  }

  /** Whether the unfinished request line begins as one that the fast path takes. */
  #maybeRequest(): boolean {
    // Longer than this, it was found right before.
    if (this.#line.length > LONGEST_START) return true;
    const start = this.#line.join('').slice(0, LONGEST_START);
    return STARTS.some((known) => known.startsWith(start) || start.startsWith(known));
  }
}

/**
 * Parts of a line that are kept apart. More of them are joined, since each takes memory of its own.
 */
const MAX_PARTS = 256;

const STARTS = ['GET /', 'POST /', 'OPTIONS /'];
const LONGEST_START = 'OPTIONS /'.length;
