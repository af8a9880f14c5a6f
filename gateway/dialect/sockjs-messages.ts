import { isUtf8 } from 'node:buffer';
import { Message } from '../protocol/message.ts';
import { MalformedError } from '../protocol/unit.ts';
import { brokenJson, LongString } from './long-string.ts';

/**
 * Messages in one body. An honest client sends what it gathered while its last request was under
 * way.
 */
const MAX_MESSAGES = 65_536;

/** Bytes of a string above which it is read a part at a time, and stays bytes. */
const LONG = 4_096;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING = 0x5d;

/**
 * Reads the messages that a client sends: an array of strings in JSON. No other JSON is let in, so
 * the work is linear in the bytes and nothing nests. Messages come one by one, and long ones in
 * parts, which lets the caller pause in between. Faults are `MalformedError`s in the words that the
 * protocol's own tests look for.
 */
export class MessageReader {
  readonly #bytes: Buffer;
  #at = 0;
  #count = 0;
  /** There is one string and no array. */
  #isLone = false;
  #isOver = false;
  /** The string that is being read. */
  #long: LongString | undefined;

  /**
   * `bytes` belong to the reader from now on: it writes over them. `allowed`: a WebSocket message
   * may have one string in place of the array.
   */
  constructor(bytes: Buffer, allowed: 'array' | 'array or string' = 'array') {
    this.#bytes = bytes;
    if (bytes.length === 0) throw new MalformedError('Payload expected.');
    if (!isUtf8(bytes)) throw new MalformedError('text is not UTF-8');
    this.#skipBlanks();
    if (bytes[this.#at] === OPENING) this.#at++;
    else if (allowed === 'array' || bytes[this.#at] !== QUOTE) throw this.#unexpected();
    else this.#isLone = true;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#at;
  }

  /**
   * The next message; undefined behind the last. A long message is read as far as the position
   * `until`: 'unfinished' if it goes on there. Throws a `MalformedError`.
   */
  next(until = this.#bytes.length): Message | 'unfinished' | undefined {
    if (this.#isOver) return undefined;
    if (this.#long !== undefined) return this.#readOn(this.#long, until);
    this.#skipBlanks();
    if (this.#isLone) {
      if (this.#count > 0) return this.#finish();
      this.#count = 1;
      return this.#string(until);
    }
    const byte = this.#bytes[this.#at];
    if (byte === CLOSING) {
      this.#at++;
      return this.#finish();
    }
    if (this.#count > 0) {
      if (byte !== COMMA) throw brokenJson();
      this.#at++;
      this.#skipBlanks();
    }
    if (++this.#count > MAX_MESSAGES) throw new MalformedError('Too many messages.');
    return this.#string(until);
  }

  /** All that is left. Throws a `MalformedError`. */
  rest(): Message[] {
    const messages: Message[] = [];
    for (let next = this.next(); next instanceof Message; next = this.next()) messages.push(next);
    return messages;
  }

  #finish(): undefined {
    this.#skipBlanks();
    if (this.#at < this.#bytes.length) throw brokenJson();
    this.#isOver = true;
  }

  #string(until: number): Message | 'unfinished' {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) throw this.#unexpected();
    const start = this.#at + 1;
    const end = endOfString(bytes, start);
    if (end < 0) throw brokenJson();
    if (end - start > LONG) {
      this.#long = new LongString(bytes, start);
      return this.#readOn(this.#long, until);
    }
    this.#at = end + 1;
    const text = bytes.toString('utf8', start, end);
    if (HAZARD.test(text)) return Message.text(unescaped(text));
    return text.length === end - start ? Message.ascii(text) : Message.text(text);
  }

  #readOn(long: LongString, until: number): Message | 'unfinished' {
    const text = long.read(until);
    this.#at = long.position;
    if (text === undefined) return 'unfinished';
    this.#long = undefined;
    return Message.utf8(text);
  }

  #skipBlanks(): void {
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    }
  }

  /** Some other value of JSON stands here, or none. */
  #unexpected(): MalformedError {
    const byte = this.#bytes[this.#at];
    const isValue = byte !== undefined && '"[{-0123456789tfn'.includes(String.fromCharCode(byte));
    return isValue ? new MalformedError('Payload expected.') : brokenJson();
  }
}

/**
 * Where the quote is that ends a string, or any place further away than `LONG` bytes if the string
 * is longer; -1 if there is no end.
 */
function endOfString(bytes: Buffer, start: number): number {
  const quote = bytes.indexOf(QUOTE, start);
  // Most strings end at their first quote, and the engine's own search finds it.
  if (quote <= start || bytes[quote - 1] !== BACKSLASH) return quote;
  const last = Math.min(bytes.length, start + LONG + 1);
  for (let at = start; at < last; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return last < bytes.length ? last : -1;
}

/** An escape, or a control character, which JSON does not allow in a string. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const HAZARD = /[\\\x00-\x1f]/;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Text between the quotes of a string in JSON, without its escapes. A lone surrogate, which only an
 * escape can make, becomes U+FFFD, as in `WebSocket.send` (WHATWG Web IDL, USVString): no WebSocket
 * could carry it on.
 */
function unescaped(json: string): string {
  let text: string;
  try {
    text = JSON.parse(`"${json}"`) as string;
  } catch {
    throw brokenJson();
  }
  return LONE_SURROGATE.test(text) ? Buffer.from(text).toString() : text;
}
