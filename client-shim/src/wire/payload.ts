import type { Page } from '../../browser.d.ts';
import { bytesOf } from '../browser/binary.ts';
import { type Bytes, binaryString } from '../lang/bytes.ts';
import { lowBytes } from './binary.ts';

/** Binary data as pages send and receive it. */
export type Binary = Bytes | ArrayBuffer | Uint8Array;

/**
 * Converts bytes to characters U+0000 to U+00FF, which is how frames store them. This copies: the
 * page may write into its buffer later.
 */
export function charactersOf(data: Binary): string {
  const bytes = bytesOf(data);
  return binaryString(bytes, 0, bytes.length);
}

/** Converts characters to bytes: a typed array, or `ByteArrayClass` in engines without those. */
export function binaryOf(
  page: Page,
  characters: string,
  ByteArrayClass: new (bytes: number[]) => Bytes
): Binary {
  const bytes = lowBytes(characters, 0, characters.length);
  return page.Uint8Array ? new page.Uint8Array(bytes) : new ByteArrayClass(bytes);
}
