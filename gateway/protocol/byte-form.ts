import { Message } from './message.ts';
import { MalformedError, type Unit } from './unit.ts';
import { decodeUtf8, UnitBuilder } from './unit-builder.ts';

const MAX_LENGTH_BYTES = 5;

/** Reads a unit in byte form, as `parseText` reads one in text form. Throws what that throws. */
export function parseBytes(bytes: Buffer, start = 0, next = 0): Unit {
  const unit = new UnitBuilder(next);
  let at = start;
  while (at < bytes.length) {
    const type = String.fromCharCode(bytes[at] as number);
    const length = readLength(bytes, at + 1);
    if (length === undefined || length.payload + length.value > bytes.length) break;
    at = length.payload + length.value;
    readFrame(unit, type, bytes.subarray(length.payload, at));
  }
  return unit;
}

function readFrame(unit: UnitBuilder, type: string, payload: Buffer): void {
  switch (type) {
    case 'T':
    case 't':
      if (!unit.takesNumbered()) return;
      unit.message(Message.text(decodeUtf8(payload)), type === 't');
      return;
    case 'B':
    case 'b':
      if (!unit.takesNumbered()) return;
      unit.message(Message.binary(payload), type === 'b');
      return;
    default:
      unit.control(type, decodeUtf8(payload));
  }
}

/** An unsigned LEB128 of at most five bytes, in its shortest form; undefined if it was cut. */
function readLength(bytes: Buffer, from: number): { value: number; payload: number } | undefined {
  let value = 0;
  for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    if (byte === 0 && i > 0) throw new MalformedError('length not in its shortest form');
    return { value, payload: from + i + 1 };
  }
  throw new MalformedError('length too long');
}

/** A message or fragment as a frame: its head and its payload apart, so that nothing is copied. */
export function encodeBytes(message: Message, more: boolean): [head: Buffer, payload: Buffer] {
  const type = message.binary ? (more ? 'b' : 'B') : more ? 't' : 'T';
  const payload = message.bytes;
  return [head(type, payload.length), payload];
}

/** A frame that is neither message nor fragment. */
export function encodeBytesControl(type: string, payload = ''): Buffer {
  const bytes = Buffer.from(payload, 'utf8');
  return Buffer.concat([head(type, bytes.length), bytes]);
}

function head(type: string, length: number): Buffer {
  const bytes = [type.charCodeAt(0)];
  let rest = length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
