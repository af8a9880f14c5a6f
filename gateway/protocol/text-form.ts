import { escapeText, FRAME_END, unescapeText } from './escape.ts';
import { Message } from './message.ts';
import { MalformedError, type Unit } from './unit.ts';
import { UnitBuilder } from './unit-builder.ts';

// Padded base64 (RFC 4648 §4). `Buffer.from` ignores anything else.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads a unit in text form, from `start` on. A frame that was cut at the end is ignored. `next` is
 * the number of the first numbered frame if an earlier unit of the carrier has stated it. Throws a
 * `MalformedError`, or a `RequestError` with `GW_FRAMES` for too many frames.
 */
export function parseText(text: string, start = 0, next = 0): Unit {
  const unit = new UnitBuilder(next);
  for (let from = start, end = text.indexOf(FRAME_END, from); end >= 0; end = text.indexOf(FRAME_END, from)) {
    readFrame(unit, text.charAt(from), text.slice(from + 1, end), text.length);
    from = end + 1;
  }
  return unit;
}

/** `length`: characters of the text that `payload` was cut out of. */
function readFrame(unit: UnitBuilder, type: string, payload: string, length: number): void {
  switch (type) {
    case 'T':
    case 't':
      if (!unit.takesNumbered()) return;
      unit.message(Message.slice(unescapeText(payload), length), type === 't');
      return;
    case 'B':
    case 'b':
      if (!unit.takesNumbered()) return;
      if (!BASE64.test(payload)) throw new MalformedError('malformed base64');
      unit.message(Message.binary(Buffer.from(payload, 'base64')), type === 'b');
      return;
    default:
      unit.control(type, unescapeText(payload));
  }
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

/** A frame that is neither message nor fragment. */
export function encodeTextControl(type: string, payload = ''): string {
  return type + escapeText(payload) + FRAME_END;
}
