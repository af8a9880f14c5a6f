import type { Page } from '../../browser.d.ts';
import { bytesOf } from '../browser/binary.ts';
import { Bytes, binaryString } from '../lang/bytes.ts';
import { lowBytes } from './binary.ts';

/** Binary as the page gives it and gets it. */
export type Binary = Bytes | ArrayBuffer | Uint8Array;

/**
 * Bytes as characters U+0000 to U+00FF, which is how frames hold them. A copy: the page may write
 * on in its own.
 */
export function charactersOf(data: Binary): string {
  const bytes = bytesOf(data);
  return binaryString(bytes, 0, bytes.length);
}

/** The reverse, in the best that the engine has. */
export function binaryOf(
  page: Page,
  characters: string,
  ByteArrayClass: new (bytes: number[]) => Bytes = Bytes
): Binary {
  const bytes = lowBytes(characters, 0, characters.length);
  return page.Uint8Array ? new page.Uint8Array(bytes) : new ByteArrayClass(bytes);
}
