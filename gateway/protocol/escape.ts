import { MalformedError } from './unit.ts';

/** Ends every frame of the text form (PROTOCOL.md §2). It never stands in a payload. */
export const FRAME_END = '\x1e';

const ESCAPE = '\x7f';
// biome-ignore lint/suspicious/noControlCharactersInRegex: it finds control characters
const HAZARD = /[\x00-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const HAZARDS = /[\x00-\x1f\x7f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const BARE_CONTROL = /[\x00-\x1f]/;
const ESCAPED = /\x7f([\s\S]?)/g;

/**
 * Escapes text so that any engine can read it as `responseText`. NUL ends that in IE 6 and later,
 * CR and LF are rewritten (Kaazing WSE, "binary as escaped text"), and U+001E ends a frame. An
 * escaped character is DEL and the character XOR 0x40.
 */
export function escapeText(text: string): string {
  return HAZARD.test(text) ? text.replace(HAZARDS, escapeOne) : text;
}

function escapeOne(hazard: string): string {
  return ESCAPE + String.fromCharCode(hazard.charCodeAt(0) ^ 0x40);
}

/**
 * Reverses `escapeText`. Throws a `MalformedError` for a bare control character, and for an escape
 * before a character that needs none.
 */
export function unescapeText(text: string): string {
  if (BARE_CONTROL.test(text)) throw new MalformedError('a control character is not escaped');
  return text.includes(ESCAPE) ? text.replace(ESCAPED, unescapeOne) : text;
}

function unescapeOne(_: string, escaped: string): string {
  const code = escaped.charCodeAt(0) ^ 0x40;
  if (code < 0x20 || code === 0x7f) return String.fromCharCode(code);
  throw new MalformedError('an escape stands before a character that needs none');
}
