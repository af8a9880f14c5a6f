import { isAscii } from 'node:buffer';
import { escapeText, FRAME_END, needsUnescape, unescapeText } from './escape.ts';
import { Message } from './message.ts';
import { MalformedError, type Unit } from './unit.ts';
import { decodeUtf8, UnitBuilder } from './unit-builder.ts';

// Padded base64 (RFC 4648 §4). `Buffer.from` ignores anything else.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads a unit in text form, from `start` on. A frame that was cut at the end is ignored. `next` is
 * the number of the first numbered frame if an earlier unit of the carrier has stated it. Throws a
 * `MalformedError`, or a `RequestError` with `GW_FRAMES` for too many frames.
 */
export function parseText(text: string, start = 0, next = 0): Unit {
  return parse(text, false, start, next);
}

/** The same for bytes. Throws a `MalformedError` also for what is not UTF-8. */
export function parseTextBytes(bytes: Buffer, start = 0, next = 0): Unit {
  return isAscii(bytes)
    ? parse(bytes.toString('latin1'), true, start, next)
    : parse(decodeUtf8(bytes), false, start, next);
}

/** `ascii`: the text is known to be. */
function parse(text: string, ascii: boolean, start: number, next: number): Unit {
  const unit = new UnitBuilder(next);
  const source: Source = { length: text.length, ascii, plain: !needsUnescape(text) };
  for (let from = start, end = text.indexOf(FRAME_END, from); end >= 0; end = text.indexOf(FRAME_END, from)) {
    readFrame(unit, text.charAt(from), text.slice(from + 1, end), source);
    from = end + 1;
  }
  return unit;
}

/** The text that a payload was cut out of. */
interface Source {
  readonly length: number;
  readonly ascii: boolean;
  /** No payload has an escape, or anything that needs one. */
  readonly plain: boolean;
}

function readFrame(unit: UnitBuilder, type: string, payload: string, source: Source): void {
  switch (type) {
    case 'T':
    case 't':
      if (!unit.takesNumbered()) return;
      unit.message(Message.slice(plain(payload, source), source.length, source.ascii), type === 't');
      return;
    case 'B':
    case 'b':
      if (!unit.takesNumbered()) return;
      if (!BASE64.test(payload)) throw new MalformedError('malformed base64');
      unit.message(Message.binary(Buffer.from(payload, 'base64')), type === 'b');
      return;
    default:
      unit.control(type, plain(payload, source));
  }
}

function plain(payload: string, source: Source): string {
  return source.plain ? payload : unescapeText(payload);
}

/** A message or fragment as a frame. A message that goes to several sessions is encoded once. */
export function encodeText(message: Message, more: boolean): string {
  if (more) return encode(message, message.binary ? 'b' : 't');
  if (!message.isShared) return encode(message, message.binary ? 'B' : 'T');
  message.textFrame ??= encode(message, message.binary ? 'B' : 'T');
  return message.textFrame;
}

function encode(message: Message, type: string): string {
  return type + (message.binary ? message.bytes.toString('base64') : escapeText(message.text)) + FRAME_END;
}

/** A frame whose payload is a number. */
export function encodeNumber(type: string, value: number): string {
  return type + value + FRAME_END;
}

/** A frame that is neither message nor fragment. */
export function encodeTextControl(type: string, payload = ''): string {
  return type + escapeText(payload) + FRAME_END;
}
