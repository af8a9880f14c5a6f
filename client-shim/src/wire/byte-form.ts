import { binaryString } from '../lang/bytes.ts';
import { lowBytes } from './binary.ts';
import { arrived, type Frame, isBinary, type Position } from './frame.ts';
import { fromUtf8, toUtf8 } from './utf8.ts';

/** Encodes a frame in byte form (PROTOCOL.md §2), one character per byte. */
export function encodeBytes(frame: Frame): string {
  const data = isBinary(frame._type) ? frame._data : toUtf8(frame._data);
  let head = frame._type;
  let length = data.length;
  for (; length > 127; length >>>= 7) head += String.fromCharCode((length & 127) | 128);
  return head + String.fromCharCode(length) + data;
}

/**
 * Reads frames in byte form from a string of one character per byte; see `Read`. Only the low eight
 * bits of a character count: `charset=x-user-defined` shows the bytes from 0x80 on as U+F780 to
 * U+F7FF.
 */
export function readBytes(position: Position, text: string): Frame[] | null {
  const frames: Frame[] = [];
  for (;;) {
    let at = position._at + 1;
    let length = 0;
    let scale = 1;
    let unit: number;
    do {
      if (at >= text.length) return frames;
      unit = text.charCodeAt(at) & 255;
      length += (unit & 127) * scale;
      scale *= 128;
      at += 1;
    } while (unit > 127 && at < position._at + 6);
    // The length has more than five bytes, or is not in its shortest form.
    if (unit > 127 || (!unit && at > position._at + 2)) return null;
    if (at + length > text.length) return frames;
    const payload = binaryString(lowBytes(text, at, at + length), 0, length);
    const frame = readFrame(position, text.charAt(position._at), payload);
    if (!frame) return null;
    frames.push(frame);
    position._at = at + length;
  }
}

function readFrame(position: Position, type: string, bytes: string): Frame | null {
  try {
    return arrived(position, type, isBinary(type) ? bytes : fromUtf8(bytes));
  } catch (_) {
    return null;
  }
}
