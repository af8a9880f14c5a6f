import {
  type FastHead,
  type HeadReader,
  type KnownHead,
  MAX_LENGTH_DIGITS,
  readFastHead,
} from './fast-head.ts';

/**
 * Heads that are kept at most: about 3 KB each with a browser's fields. Cookies make each user's
 * head another one.
 */
const MOST = 2_048;
/** Characters of a head that is kept. Browsers send 600 to 1,500, with the cookies. */
const LONGEST = 2_048;

/** Browsers write the name as in the first, some proxies as in the second. */
const LENGTH_FIELDS = ['\r\nContent-Length: ', '\r\ncontent-length: '] as const;
const LENGTH_NAME = /^content-length$/i;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);
const ZERO = 0x30;
const NINE = 0x39;

/** A head that is found again by its bytes. Only the digits of its `Content-Length` may differ. */
class HeadWithLength implements KnownHead {
  /** What stands before the digits and behind them, with the empty line at the end. */
  #before: Buffer;
  #after: Buffer;
  /** Where `rawHeaders` has the digits. */
  readonly #at: number;
  ofProxies: object | undefined = {};
  ofOthers: object | undefined = {};
  /** How it was read last. */
  #head: FastHead | undefined;
  #digits: number;

  /** `start` and `end`: where `text` has the digits. `head` is what `readFastHead` read. */
  constructor(text: string, start: number, end: number, head: FastHead) {
    this.#before = Buffer.from(text.slice(0, start), 'latin1');
    this.#after = Buffer.from(text.slice(end) + HEAD_END, 'latin1');
    this.#at = 1 + head.rawHeaders.findIndex((name, index) => index % 2 === 0 && LENGTH_NAME.test(name));
    this.#head = { ...head, known: this };
    this.#digits = end - start;
  }

  /** A connection may have it for days: from here on it holds nothing, and finds nothing. */
  forget(): void {
    this.#before = this.#after = NOTHING;
    this.#head = this.ofProxies = this.ofOthers = undefined;
  }

  read(bytes: Buffer): FastHead | undefined {
    const before = this.#before;
    const after = this.#after;
    const head = this.#head;
    const start = before.length;
    if (head === undefined || bytes.length <= start || bytes.compare(before, 0, start, 0, start) !== 0)
      return undefined;
    let length = 0;
    let at = start;
    for (let byte = bytes[at]; isDigit(byte); byte = bytes[++at]) length = 10 * length + byte - ZERO;
    const digits = at - start;
    const end = at + after.length;
    if (digits === 0 || digits > MAX_LENGTH_DIGITS || end > bytes.length) return undefined;
    if (bytes.compare(after, 0, after.length, at, end) !== 0) return undefined;
    if (length === head.length && digits === this.#digits) return head;
    const rawHeaders = head.rawHeaders.with(this.#at, String(length).padStart(digits, '0'));
    this.#digits = digits;
    this.#head = { ...head, rawHeaders, length, size: end };
    return this.#head;
  }
}

/**
 * Heads with a body that were read lately. A page sends the same head with each message, but for
 * the digits of `Content-Length`. Reading one takes several times as long as finding it here. Every
 * other character has to be the same, so what is found is what `readFastHead` would read.
 */
export class RecentHeads implements HeadReader {
  #young = new Map<string, HeadWithLength>();
  #old = new Map<string, HeadWithLength>();

  read(text: string, bytes: Buffer): FastHead | undefined {
    if (text.length > LONGEST) return readFastHead(text);
    const start = startOfLength(text);
    if (start < 0) return readFastHead(text);
    const lineEnd = text.indexOf('\r\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const key = text.slice(0, start) + text.slice(end);
    const known = this.#find(key);
    if (known !== undefined) return known.read(bytes);
    const head = readFastHead(text);
    if (head === undefined) return undefined;
    const learned = new HeadWithLength(text, start, end, head);
    this.#keep(key, learned);
    return learned.read(bytes);
  }

  #find(key: string): HeadWithLength | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.#keep(key, old);
    return old;
  }

  /** Half of the room is for those that were used last. */
  #keep(key: string, known: HeadWithLength): void {
    if (this.#young.size >= MOST / 2) {
      for (const head of this.#old.values()) head.forget();
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, known);
  }
}

/** Where the value of the length begins; −1 if the head has none, or has it in another form. */
function startOfLength(text: string): number {
  for (const field of LENGTH_FIELDS) {
    const at = text.indexOf(field);
    if (at >= 0) return at + field.length;
  }
  return -1;
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
