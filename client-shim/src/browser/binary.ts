import type { Blob } from '../../browser.d.ts';
import { type ByteArray, Bytes } from '../lang/bytes.ts';
import { page } from './page.ts';

/**
 * The name in `[object Name]`. It also identifies objects of other frames, where `instanceof`
 * fails.
 */
function tag(value: unknown): string {
  return value && typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : '';
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return tag(value) === 'ArrayBuffer';
}

/** Whether it is a typed array or DataView. KHTML's are named `ArrayBufferUint8` and so on. */
export function isView(value: unknown): value is ArrayBufferView {
  return /Array|^DataView$/.test(tag(value)) && isArrayBuffer((value as ArrayBufferView).buffer);
}

export function isBlob(value: unknown): value is Blob {
  const name = tag(value);
  return name === 'Blob' || name === 'File';
}

/** The bytes of binary data. They are a view, not a copy, where the engine has views. */
export function bytesOf(data: Bytes | ArrayBuffer | ArrayBufferView): ByteArray {
  if (data instanceof Bytes) return data.bytes;
  const ByteArrayClass = page.Uint8Array as NonNullable<typeof page.Uint8Array>;
  return isArrayBuffer(data)
    ? new ByteArrayClass(data)
    : new ByteArrayClass(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
