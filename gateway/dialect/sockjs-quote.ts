import { UnitWriter } from '../base/unit-writer.ts';
import type { Message } from '../protocol/message.ts';

/** Characters, or bytes, of a text that are escaped at a time. */
const PART = 65_536;

/** A text message as a string of JSON, made once for all sessions it goes to. */
export function quote(message: Message): string {
  if (message.quoted === undefined) {
    if (message.size <= PART) message.quoted = quoteText(message.text);
    else new Quoting(message).finish();
  }
  return message.quoted as string;
}

/** Most texts have nothing that must be escaped, and the quotes are all they need. */
function quoteText(text: string): string {
  return ESCAPED.test(text) ? escapeUnsafe(JSON.stringify(text)) : `"${text}"`;
}

/** Makes a string of JSON out of a long text message, a part at a time. */
export class Quoting {
  readonly #message: Message;
  readonly #data: string | Buffer;
  #at = 0;
  #json = '"';
  /** Bytes that the string of JSON occupies so far, about. */
  bytes = 0;

  constructor(message: Message) {
    this.#message = message;
    this.#data = message.data;
  }

  /** Work on the first long message that is not quoted yet; undefined if there is none. */
  static ofLong(messages: readonly (Message | undefined)[]): Quoting | undefined {
    const long = messages.find((message) => message?.quoted === undefined && isLong(message));
    return long && new Quoting(long);
  }

  /** Does some of the work. True: the message is quoted. */
  step(): boolean {
    const message = this.#message;
    if (message.quoted !== undefined) return true;
    const part = escapeUnsafe(JSON.stringify(this.#nextPart())).slice(1, -1);
    this.#json += part;
    this.bytes += Buffer.byteLength(part);
    if (this.#at < this.#data.length) return false;
    message.quoted = `${this.#json}"`;
    return true;
  }

  /** Does all that is left. */
  finish(): void {
    while (!this.step());
  }

  #nextPart(): string {
    const data = this.#data;
    const from = this.#at;
    this.#at = Math.min(from + PART, data.length);
    // The halves of a surrogate pair are escaped one by one, so text may be cut anywhere.
    if (typeof data === 'string') return data.slice(from, this.#at);
    while (isContinuation(data[this.#at])) this.#at--;
    return data.toString('utf8', from, this.#at);
  }
}

function isLong(message: Message | undefined): message is Message {
  return message !== undefined && message.size > PART;
}

/** A byte of UTF-8 that is not the first of its character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * What browsers lose or change on some transports, beside the control characters that JSON escapes
 * anyway (SockJS 0.3.3, `escapable_by_server`).
 */
const UNSAFE = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufff0-\uffff]/;

/** What JSON escapes, and `UNSAFE`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ESCAPED = /["\\\x00-\x1f\u200c-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufff0-\uffff]/;

function escapeUnsafe(text: string): string {
  if (!UNSAFE.test(text)) return text;
  const escaped = new UnitWriter(ESCAPE_LENGTH * text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isUnsafe(unit)) writeEscape(escaped, unit);
    else escaped.write(unit);
  }
  return escaped.text;
}

/** The characters of `UNSAFE`. */
function isUnsafe(unit: number): boolean {
  if (unit < 0x200c) return false;
  if (unit <= 0x206f) return unit <= 0x200f || (unit >= 0x2028 && unit <= 0x202f) || unit >= 0x2060;
  return (unit >= 0xd800 && unit <= 0xdfff) || unit >= 0xfff0;
}

/** Units of `\u` and four digits. */
const ESCAPE_LENGTH = 6;

function writeEscape(text: UnitWriter, unit: number): void {
  text.write(0x5c);
  text.write(0x75);
  for (let shift = 12; shift >= 0; shift -= 4)
    text.write('0123456789abcdef'.charCodeAt((unit >> shift) & 0xf));
}
