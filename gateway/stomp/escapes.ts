import { StompError } from './stomp-error.ts';

const BACKSLASH = 0x5c;
const CR = 0x0d;

/** The bytes that have an escape, by the letter behind the backslash. 1.2 has `r` too. */
const MEANING_1_1 = meanings({ n: '\n', c: ':', '\\': '\\' });
const MEANING_1_2 = meanings({ n: '\n', c: ':', '\\': '\\', r: '\r' });

function meanings(letters: Readonly<Record<string, string>>): ReadonlyMap<number, number> {
  return new Map(
    Object.entries(letters).map(([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)]),
  );
}

const LETTERS = new Map([...MEANING_1_2].map(([letter, meant]) => [meant, letter]));

/**
 * Decodes the escapes of 1.1 and 1.2. Any other escape is a fatal error in 1.2 and stays as it is
 * in 1.1. It works on bytes: a head full of escapes takes a tenth of the time that `replace` needs.
 */
export function unescapeText(text: string, version: '1.1' | '1.2'): string {
  if (!text.includes('\\')) return text;
  const meaning = version === '1.2' ? MEANING_1_2 : MEANING_1_1;
  const bytes = Buffer.from(text);
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] as number;
    if (byte === BACKSLASH) {
      const meant = meaning.get(bytes[at + 1] as number);
      if (meant !== undefined) {
        byte = meant;
        at++;
      } else if (version === '1.2') {
        throw new StompError('GW_STOMP_FRAME', 'undefined escape in a header');
      }
    }
    bytes[end++] = byte;
  }
  return bytes.toString('utf8', 0, end);
}

/** Encodes a name or a value. 1.1 has no escape for CR. */
export function escapeText(text: string, version: '1.1' | '1.2'): string {
  if (!/[\\:\r\n]/.test(text)) return text;
  const plain = Buffer.from(text);
  const bytes = Buffer.allocUnsafe(2 * plain.length);
  let end = 0;
  for (const byte of plain) {
    const letter = LETTERS.get(byte);
    if (letter === undefined || (byte === CR && version === '1.1')) {
      bytes[end++] = byte;
    } else {
      bytes[end++] = BACKSLASH;
      bytes[end++] = letter;
    }
  }
  return bytes.toString('utf8', 0, end);
}
