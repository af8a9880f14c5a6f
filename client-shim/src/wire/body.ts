import { spellBytes } from './byte-form.ts';
import type { Frame } from './frame.ts';
import { spellText } from './text-form.ts';

/** A request body of a session in text form (PROTOCOL.md §4.1). */
export function textBody(token: string, frames: Frame[]): string {
  return token + ';' + spellAll(frames, spellText);
}

/** The same in byte form, one character for each octet. */
export function byteBody(token: string, frames: Frame[]): string {
  return '\x01' + String.fromCharCode(token.length) + token + spellAll(frames, spellBytes);
}

/** The frames of one unit. */
export function spellAll(frames: Frame[], spell: (frame: Frame) => string): string {
  const spelled: string[] = [];
  for (let i = 0; i < frames.length; i += 1) spelled.push(spell(frames[i] as Frame));
  return spelled.join('');
}
