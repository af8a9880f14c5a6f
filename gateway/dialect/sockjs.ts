import { ABNORMAL, type CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Delivery, EndReason, Entry } from '../protocol/delivery.ts';
import { Message } from '../protocol/message.ts';
import type { Encoder, Wrap } from './encoder.ts';
import { Quoting, quote } from './sockjs-quote.ts';

/**
 * What this dialect can promise of a session: it knows no acknowledgements, and a second downstream
 * is turned away (SockJS 0.3.3, "Protocol and framing").
 */
export const sockjsPolicy = {
  dialect: 'sockjs',
  delivered: 'written',
  untaken: 'lost',
  second: 'refused',
  prepare: (entries: readonly Entry[]) => Quoting.ofLong(entries.map(({ message }) => message)),
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
export function encodeMessages(messages: readonly Message[]): Message {
  let isAscii = true;
  let frame = '';
  for (const message of messages) {
    const quoted = quote(message);
    isAscii &&= message.isAscii;
    frame += frame === '' ? `a[${quoted}` : `,${quoted}`;
  }
  return isAscii ? Message.ascii(`${frame}]`) : Message.text(`${frame}]`);
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
