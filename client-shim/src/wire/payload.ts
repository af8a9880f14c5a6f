import type { Page } from '../../browser.d.ts';
import { octetsOf } from '../browser/binary.ts';
import { Bytes, binaryString } from '../lang/bytes.ts';
import { lowOctets } from './binary.ts';

/** Binary as the page gives it and gets it. */
export type Binary = Bytes | ArrayBuffer | Uint8Array;

/** Octets as characters U+0000 to U+00FF, which is how frames hold them. A copy: the page may write on in its own. */
export function charactersOf(data: Binary): string {
  const octets = octetsOf(data);
  return binaryString(octets, 0, octets.length);
}

/** The reverse, in the best that the engine has. */
export function binaryOf(
  page: Page,
  characters: string,
  Octets: new (octets: number[]) => Bytes = Bytes
): Binary {
  const octets = lowOctets(characters, 0, characters.length);
  return page.Uint8Array ? new page.Uint8Array(octets) : new Octets(octets);
}
