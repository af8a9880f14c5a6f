import { UnitWriter } from '../base/unit-writer.ts';
import { MalformedError } from './unit.ts';

/** Ends every frame of the text form (PROTOCOL.md §2). It never stands in a payload. */
export const FRAME_END = '\x1e';

const ESCAPE = '\x7f';
// biome-ignore lint/suspicious/noControlCharactersInRegex: it finds control characters
const HAZARD = /[\x00-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const BARE_CONTROL = /[\x00-\x1f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const HAZARD_IN_FRAMES = /[\x00-\x1d\x1f\x7f]/;

const DEL = 0x7f;

/**
 * Escapes text so that any engine can read it as `responseText`. NUL ends that in IE 6 and later,
 * CR and LF are rewritten (Kaazing WSE, "binary as escaped text"), and U+001E ends a frame. An
 * escaped character is DEL and the character XOR 0x40.
 */
export function escapeText(text: string): string {
  if (!HAZARD.test(text)) return text;
  const escaped = new UnitWriter(2 * text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isHazard(unit)) {
      escaped.write(DEL);
      escaped.write(unit ^ 0x40);
    } else escaped.write(unit);
  }
  return escaped.text;
}

/**
 * Whether a payload in these frames may be other than it was before `escapeText`. One look at all
 * of them costs less than one at each.
 */
export function needsUnescape(frames: string): boolean {
  return HAZARD_IN_FRAMES.test(frames);
}

/**
 * Reverses `escapeText`. Throws a `MalformedError` for a bare control character, and for an escape
 * before a character that needs none.
 */
export function unescapeText(text: string): string {
  if (BARE_CONTROL.test(text)) throw new MalformedError('a control character is not escaped');
  if (!text.includes(ESCAPE)) return text;
  const plain = new UnitWriter(text.length);
  for (let at = 0; at < text.length; at++) {
    let unit = text.charCodeAt(at);
    if (unit === DEL) {
      unit = text.charCodeAt(++at) ^ 0x40;
      if (!isHazard(unit)) throw new MalformedError('an escape stands before a character that needs none');
    }
    plain.write(unit);
  }
  return plain.text;
}

function isHazard(unit: number): boolean {
  return unit < 0x20 || unit === DEL;
}
