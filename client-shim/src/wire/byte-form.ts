import { binaryString } from '../lang/bytes.ts';
import { lowOctets } from './binary.ts';
import { arrived, type Frame, isBinary, type Position } from './frame.ts';
import { fromUtf8, toUtf8 } from './utf8.ts';

/** A frame in byte form (PROTOCOL.md §2), one character for each octet. */
export function spellBytes(frame: Frame): string {
  const data = isBinary(frame.type) ? frame.data : toUtf8(frame.data);
  let head = frame.type;
  let length = data.length;
  for (; length > 127; length >>>= 7) head += String.fromCharCode((length & 127) | 128);
  return head + String.fromCharCode(length) + data;
}

/**
 * Reads frames in byte form from a text of one character for each octet; see `Read`. Only the low eight bits of a character count:
 * under `charset=x-user-defined` the octets from 0x80 on are shown as U+F780 to U+F7FF.
 */
export function readBytes(position: Position, text: string): Frame[] | null {
  const frames: Frame[] = [];
  for (;;) {
    let at = position.at + 1;
    let length = 0;
    let scale = 1;
    let octet: number;
    do {
      if (at >= text.length) return frames;
      octet = text.charCodeAt(at) & 255;
      length += (octet & 127) * scale;
      scale *= 128;
      at += 1;
    } while (octet > 127 && at < position.at + 6);
    // longer than five octets, or not in its shortest form
    if (octet > 127 || (!octet && at > position.at + 2)) return null;
    if (at + length > text.length) return frames;
    const payload = binaryString(lowOctets(text, at, at + length), 0, length);
    const frame = readFrame(position, text.charAt(position.at), payload);
    if (!frame) return null;
    frames.push(frame);
    position.at = at + length;
  }
}

function readFrame(position: Position, type: string, octets: string): Frame | null {
  try {
    return arrived(position, type, isBinary(type) ? octets : fromUtf8(octets));
  } catch (_) {
    return null;
  }
}
