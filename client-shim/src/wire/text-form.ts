import { base64Decode, base64Encode } from '../lang/base64.ts';
import { binaryString } from '../lang/bytes.ts';
import { lowBytes } from './binary.ts';
import { arrived, type Frame, isBinary, type Position } from './frame.ts';

const FRAME_END = '\x1e';
const ESCAPE = '\x7f';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const HAZARDS = /[\x00-\x1f\x7f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a bare control character, or an escape of what needs none
const MALFORMED = /[\x00-\x1f]|\x7f([^?-_]|$)/;
const ESCAPED = /\x7f(.)/g;

/** Encodes a frame in text form (PROTOCOL.md §2). */
export function encodeText(frame: Frame): string {
  const length = frame._data.length;
  const data = isBinary(frame._type)
    ? base64Encode(lowBytes(frame._data, 0, length), 0, length)
    : escapeText(frame._data);
  return frame._type + data + FRAME_END;
}

/** Escapes control characters, which engines drop, replace or treat as the end of the text. */
export function escapeText(text: string): string {
  return text.replace(HAZARDS, escapeOne);
}

export function unescapeText(text: string): string {
  return text.replace(ESCAPED, unescapeOne);
}

function escapeOne(hazard: string): string {
  return ESCAPE + swap(hazard);
}

function unescapeOne(_: string, escaped: string): string {
  return swap(escaped);
}

function swap(one: string): string {
  return String.fromCharCode(one.charCodeAt(0) ^ 0x40);
}

/** Reads frames in text form; see `Read`. */
export function readText(position: Position, text: string): Frame[] | null {
  const frames: Frame[] = [];
  for (;;) {
    // Continue where the last search ended. Starting over with every chunk would be quadratic for a
    // long frame.
    const end = text.indexOf(FRAME_END, position._seen);
    position._seen = end < 0 ? text.length : end + 1;
    if (end < 0) return frames;
    const frame = readFrame(position, text.charAt(position._at), text.substring(position._at + 1, end));
    if (!frame) return null;
    frames.push(frame);
    position._at = end + 1;
  }
}

function readFrame(position: Position, type: string, payload: string): Frame | null {
  if (MALFORMED.test(payload)) return null;
  if (!isBinary(type)) return arrived(position, type, unescapeText(payload));
  const bytes = base64Decode(payload);
  return bytes && arrived(position, type, binaryString(bytes, 0, bytes.length));
}
