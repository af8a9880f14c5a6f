import { bytesOf, isArrayBuffer } from '../browser/binary.ts';
import { page } from '../browser/page.ts';
import type { Payload } from '../connect/connection.ts';

/**
 * The `data` of a message event: text as it is; binary as a Blob or ArrayBuffer as `binaryType`
 * says, as an ArrayBuffer all the same where no Blob can be constructed (PhantomJS 1.9), as `Bytes`
 * where there is neither.
 */
export function incoming(data: Payload, binaryType: string): unknown {
  if (typeof data === 'string' || !page.Uint8Array) return data;
  // Bytes and a view are copied: the page is to get a buffer of its message and nothing else.
  const buffer = isArrayBuffer(data) ? data : new page.Uint8Array(bytesOf(data) as number[]).buffer;
  if (binaryType === 'blob')
    try {
      return new (page.Blob as NonNullable<typeof page.Blob>)([buffer]);
    } catch {
      // Not constructible.
    }
  return buffer;
}
