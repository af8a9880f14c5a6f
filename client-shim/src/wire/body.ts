import { encodeBytes } from './byte-form.ts';
import type { Frame } from './frame.ts';
import { encodeText } from './text-form.ts';

/** A request body of a session in text form (PROTOCOL.md §4.1). */
export function textBody(token: string, frames: Frame[]): string {
  return token + ';' + encodeFrames(frames, encodeText);
}

/** A request body in byte form, one character per byte. */
export function byteBody(token: string, frames: Frame[]): string {
  return '\x01' + String.fromCharCode(token.length) + token + encodeFrames(frames, encodeBytes);
}

/** Encodes the frames of one unit. */
export function encodeFrames(frames: Frame[], encode: (frame: Frame) => string): string {
  const encoded: string[] = [];
  for (let i = 0; i < frames.length; i += 1) encoded.push(encode(frames[i] as Frame));
  return encoded.join('');
}
