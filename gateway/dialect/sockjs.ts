import { ABNORMAL, type CloseStatus } from '../protocol/close.ts';
import type { Entry } from '../protocol/delivery.ts';
import type { Message } from '../protocol/message.ts';

/** What this dialect can promise of a session: it knows no acknowledgements, and a second downstream is turned away (SockJS 0.3.3, "Protocol and framing"). */
export const sockjsPolicy = {
  dialect: 'sockjs',
  delivered: 'written',
  untaken: 'lost',
  second: 'refused',
} as const;

/**
 * Milliseconds until a session is said to be there. A client that has not heard of it gives up: after the time that `/info` took and 300 ms, or 200 ms in version 0.3
 * (sockjs-client, `countRTO`), on JSONP; after twice that elsewhere.
 */
export const ACCEPT_EARLY_AFTER = 100;

/** The session is there. */
export const OPEN = 'o';
/** A sign of life. */
export const HEARTBEAT = 'h';
/** What a second downstream is told. */
export const ANOTHER: CloseStatus = { code: 2010, reason: 'Another connection still open' };

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

/** What browsers lose or change on some transports, beside the control characters that JSON escapes anyway (SockJS 0.3.3, `escapable_by_server`). */
const UNSAFE = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufff0-\uffff]/;
const UNSAFE_EVERYWHERE = new RegExp(UNSAFE, 'g');

/** A text message as a string of JSON, worked out once for all sessions it goes to. */
function quote(message: Message): string {
  message.quoted ??= escapeUnsafe(JSON.stringify(message.text));
  return message.quoted;
}

function escapeUnsafe(text: string): string {
  return UNSAFE.test(text) ? text.replace(UNSAFE_EVERYWHERE, escapeUnit) : text;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
