import type { ByteArray } from './bytes.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Encodes padded base64 (RFC 4648 §4). Chunks are joined at the end, because `+=` on large strings
 * is quadratic in JScript.
 */
export function base64Encode(bytes: ByteArray, start: number, end: number): string {
  const chunks: string[] = [];
  for (let at = start; at < end; at += 3) {
    const left = end - at;
    const group =
      ((bytes[at] as number) << 16) |
      (left > 1 ? (bytes[at + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[at + 2] as number) : 0);
    chunks.push(
      digit(group >> 18) +
        digit(group >> 12) +
        (left > 1 ? digit(group >> 6) : '=') +
        (left > 2 ? digit(group) : '=')
    );
  }
  return chunks.join('');
}

function digit(bits: number): string {
  return DIGITS.charAt(bits & 63);
}

/** Decodes padded base64. Null if it is malformed. */
export function base64Decode(text: string): number[] | null {
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 4) {
    const group =
      (value(text, at) << 18) |
      (value(text, at + 1) << 12) |
      (value(text, at + 2) << 6) |
      value(text, at + 3);
    bytes.push(group >> 16, (group >> 8) & 255, group & 255);
  }
  const padding = text.indexOf('=');
  if (padding >= 0) bytes.length -= text.length - padding;
  return bytes;
}

/** Padding may have any value, because its bits are cut off. */
function value(text: string, at: number): number {
  return DIGITS.indexOf(text.charAt(at)) & 63;
}
