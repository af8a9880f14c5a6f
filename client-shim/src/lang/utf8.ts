import { type ByteArray, binaryString } from './bytes.ts';

/** The length of scalar text in UTF-8. A lone surrogate counts as U+FFFD: 3 bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    length += 1;
    if (unit < 0x800) continue;
    length += 1;
    if (isPair(text, at)) at += 1;
  }
  return length;
}

/**
 * Encodes scalar text as UTF-8. A lone surrogate becomes U+FFFD; `encodeURIComponent` would throw.
 */
export function utf8Encode(text: string): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    let point = text.charCodeAt(at);
    if (isPair(text, at)) {
      at += 1;
      point = 0x10000 + ((point & 0x3ff) << 10) + (text.charCodeAt(at) & 0x3ff);
    } else if ((point & 0xf800) === 0xd800) point = 0xfffd;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else {
      if (point < 0x10000) bytes.push(0xe0 | (point >> 12));
      else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f));
      bytes.push(0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    }
  }
  return bytes;
}

/** Decodes valid UTF-8, which is what the gateway sends. */
export function utf8Decode(bytes: ByteArray, start: number, end: number): string {
  const units: number[] = [];
  for (let at = start; at < end; ) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) {
      units.push(lead);
      continue;
    }
    let more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let point = lead & (0x3f >> more);
    for (; more; more -= 1) point = (point << 6) | ((bytes[at++] as number) & 0x3f);
    if (point < 0x10000) units.push(point);
    else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
  }
  return binaryString(units, 0, units.length);
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
