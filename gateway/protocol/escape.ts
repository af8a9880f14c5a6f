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

/** Characters that are escaped, each at the code of the character that stands for it. */
const ESCAPED: string[] = [];
for (let code = 0; code < 0x20; code++) ESCAPED[code ^ 0x40] = String.fromCharCode(code);
ESCAPED[0x7f ^ 0x40] = ESCAPE;

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
  // `replace` with a function costs ten times as much, and a body may be full of escapes.
  let plain = '';
  let from = 0;
  for (let at = text.indexOf(ESCAPE); at >= 0; at = text.indexOf(ESCAPE, from)) {
    const character = ESCAPED[text.charCodeAt(at + 1)];
    if (character === undefined)
      throw new MalformedError('an escape stands before a character that needs none');
    plain += text.slice(from, at) + character;
    from = at + 2;
  }
  return from === 0 ? text : plain + text.slice(from);
}
