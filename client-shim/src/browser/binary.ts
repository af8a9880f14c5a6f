import type { Blob } from '../../browser.d.ts';
import { type ByteArray, Bytes } from '../lang/bytes.ts';
import { page } from './page.ts';

/** The name in `[object Name]`: tells objects of other frames too, where `instanceof` does not. */
function tag(value: unknown): string {
  return value && typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : '';
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return tag(value) === 'ArrayBuffer';
}

/** Any typed array or DataView. KHTML's are an `ArrayBufferUint8` and so on. */
export function isView(value: unknown): value is ArrayBufferView {
  return /Array|^DataView$/.test(tag(value)) && isArrayBuffer((value as ArrayBufferView).buffer);
}

export function isBlob(value: unknown): value is Blob {
  const name = tag(value);
  return name === 'Blob' || name === 'File';
}

/** The bytes of binary data, without a copy where there is a view to be had. */
export function bytesOf(data: Bytes | ArrayBuffer | ArrayBufferView): ByteArray {
  if (data instanceof Bytes) return data.bytes;
  const ByteArrayClass = page.Uint8Array as NonNullable<typeof page.Uint8Array>;
  return isArrayBuffer(data)
    ? new ByteArrayClass(data)
    : new ByteArrayClass(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
