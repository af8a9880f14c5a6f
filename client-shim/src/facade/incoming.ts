import { bytesOf, isArrayBuffer } from '../browser/binary.ts';
import { page } from '../browser/page.ts';
import type { Payload } from '../connect/connection.ts';

/**
 * The `data` of a message event. Text is left as it is. Binary data becomes a Blob or ArrayBuffer,
 * as `binaryType` says. It becomes an ArrayBuffer in any case if the engine cannot construct a Blob
 * (PhantomJS 1.9), and `Bytes` if the engine has neither.
 */
export function incoming(data: Payload, binaryType: string): unknown {
  if (typeof data === 'string' || !page.Uint8Array) return data;
  // Bytes and views are copied, so that the page's buffer holds only its message.
  const buffer = isArrayBuffer(data) ? data : new page.Uint8Array(bytesOf(data) as number[]).buffer;
  if (binaryType === 'blob')
    try {
      return new (page.Blob as NonNullable<typeof page.Blob>)([buffer]);
    } catch {
      // The engine cannot construct a Blob.
    }
  return buffer;
}
