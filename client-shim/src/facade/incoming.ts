import { isArrayBuffer, octetsOf } from '../browser/binary.ts';
import { page } from '../browser/page.ts';
import type { Payload } from '../connect/connection.ts';
import { Bytes } from '../lang/bytes.ts';

/**
 * The `data` of a message event: text as it is; binary as a Blob or ArrayBuffer as `binaryType` says, as an ArrayBuffer all the same where
 * no Blob can be constructed (PhantomJS 1.9), as `Bytes` where there is neither.
 */
export function incoming(data: Payload, binaryType: string): unknown {
  if (typeof data === 'string' || !page.Uint8Array) return data;
  const buffer = bufferOf(data);
  if (binaryType === 'blob')
    try {
      return new (page.Blob as NonNullable<typeof page.Blob>)([buffer]);
    } catch {
      // Not constructible.
    }
  return buffer;
}

function bufferOf(data: Exclude<Payload, string>): ArrayBuffer {
  if (isArrayBuffer(data)) return data;
  const Octet = page.Uint8Array as NonNullable<typeof page.Uint8Array>;
  if (!(data instanceof Bytes) && data.byteLength === data.buffer.byteLength)
    return data.buffer as ArrayBuffer;
  return new Octet(octetsOf(data) as number[]).buffer as ArrayBuffer;
}
