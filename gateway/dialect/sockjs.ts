import { UnitWriter } from '../base/unit-writer.ts';
import { ABNORMAL, type CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Delivery, EndReason, Entry } from '../protocol/delivery.ts';
import type { Message } from '../protocol/message.ts';
import type { Encoder, Wrap } from './encoder.ts';

/**
 * What this dialect can promise of a session: it knows no acknowledgements, and a second downstream
 * is turned away (SockJS 0.3.3, "Protocol and framing").
 */
export const sockjsPolicy = {
  dialect: 'sockjs',
  delivered: 'written',
  untaken: 'lost',
  second: 'refused',
} as const;

/**
 * Milliseconds until a client hears that its session is open, even if the backend has not accepted.
 * A client that hears nothing gives up: on JSONP after the time that `/info` took and 300 ms, or
 * 200 ms in version 0.3 (sockjs-client, `countRTO`); elsewhere after twice that.
 */
export const ACCEPT_EARLY_AFTER = 100;

/** The session is open. */
export const OPEN = 'o';
/** A sign of life. */
export const HEARTBEAT = 'h';
/** How a second downstream is turned away. */
export const ANOTHER: CloseStatus = CLOSES.anotherConnection;

/** Encodes the frames of SockJS, each wrapped by itself. */
export interface SockJsEncoder extends Encoder<string> {
  /** The first frame of a session. */
  readonly opened: string;
  /** How the connection ended. */
  closed(status: CloseStatus): string;
}

/** The encoder of a wire form that puts each frame in `wrap`. */
export function sockjs(wrap: Wrap): SockJsEncoder {
  const closed = (status: CloseStatus): string => wrap(encodeEnd(status));
  return {
    delivery: ({ entries }: Delivery) => encodeEntries(entries).map(wrap).join(''),
    heartbeat: wrap(HEARTBEAT),
    end: (reason: EndReason) => closed(reason === 'refused' ? ANOTHER : CLOSES.goingAway),
    opened: wrap(OPEN),
    closed,
  };
}

/** The end of the connection, with the code and reason that a WebSocket would show. */
export function encodeEnd(status: CloseStatus): string {
  return `c${JSON.stringify([status.code, status.reason])}`;
}

/** Messages as one frame. */
export function encodeMessages(messages: readonly Message[]): string {
  return `a[${messages.map(quote).join(',')}]`;
}

/** Entries of a delivery as frames: the messages, and then perhaps the end. */
export function encodeEntries(entries: readonly Entry[]): string[] {
  const frames: string[] = [];
  let messages = '';
  for (const { message, close = ABNORMAL } of entries) {
    if (message !== undefined) messages += messages === '' ? quote(message) : `,${quote(message)}`;
    else frames.push(encodeEnd(close));
  }
  if (messages !== '') frames.unshift(`a[${messages}]`);
  return frames;
}

/**
 * What browsers lose or change on some transports, beside the control characters that JSON escapes
 * anyway (SockJS 0.3.3, `escapable_by_server`).
 */
const UNSAFE = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufff0-\uffff]/;

/** Characters of a text that are escaped at a time. */
const PART = 65_536;

/** A text message as a string of JSON, made once for all sessions it goes to. */
function quote(message: Message): string {
  message.quoted ??= quoted(message.text);
  return message.quoted;
}

/** A text may be cut anywhere: the halves of a surrogate pair are escaped one by one. */
function quoted(text: string): string {
  if (text.length <= PART) return escapeUnsafe(JSON.stringify(text));
  let json = '"';
  for (let at = 0; at < text.length; at += PART) {
    json += escapeUnsafe(JSON.stringify(text.slice(at, at + PART))).slice(1, -1);
  }
  return `${json}"`;
}

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
