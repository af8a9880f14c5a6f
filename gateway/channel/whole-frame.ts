/** First byte of a message of one frame (RFC 6455 §5.2): FIN, no reserved bit, the opcode. */
export const WHOLE_TEXT = 0x81;
const WHOLE_BINARY = 0x82;

const MASK = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * The end of the frame at this offset, if it is a whole message and lies in the chunk. 0 for any
 * other: a part of a message or frame, a control frame, one with a flaw, or one of more than
 * `maxPayload` bytes or 64 KiB.
 */
export function frameEnd(chunk: Buffer, at: number, isMasked: boolean, maxPayload: number): number {
  const left = chunk.length - at;
  if (left < 2) return 0;
  const first = chunk[at];
  const second = chunk[at + 1] as number;
  if ((first !== WHOLE_TEXT && first !== WHOLE_BINARY) || ((second & MASK) !== 0) !== isMasked) return 0;
  let head = isMasked ? 6 : 2;
  let length = second & LENGTH;
  if (length === LENGTH_64) return 0;
  if (length === LENGTH_16) {
    if (left < 4) return 0;
    head += 2;
    length = chunk.readUInt16BE(at + 2);
  }
  return length > maxPayload || head + length > left ? 0 : at + head + length;
}

/** Where the payload of the frame at this offset begins: one that `frameEnd` knows the end of. */
export function payloadStart(chunk: Buffer, at: number): number {
  const second = chunk[at + 1] as number;
  return at + 2 + ((second & LENGTH) === LENGTH_16 ? 2 : 0) + ((second & MASK) !== 0 ? 4 : 0);
}

/** Unmasks a payload in place with the mask before it (§5.3), or masks it again. */
export function unmask(chunk: Buffer, start: number, end: number): void {
  const a = chunk[start - 4] as number;
  const b = chunk[start - 3] as number;
  const c = chunk[start - 2] as number;
  const d = chunk[start - 1] as number;
  let at = start;
  for (; at + 3 < end; at += 4) {
    chunk[at] = (chunk[at] as number) ^ a;
    chunk[at + 1] = (chunk[at + 1] as number) ^ b;
    chunk[at + 2] = (chunk[at + 2] as number) ^ c;
    chunk[at + 3] = (chunk[at + 3] as number) ^ d;
  }
  if (at < end) chunk[at] = (chunk[at] as number) ^ a;
  if (at + 1 < end) chunk[at + 1] = (chunk[at + 1] as number) ^ b;
  if (at + 2 < end) chunk[at + 2] = (chunk[at + 2] as number) ^ c;
}
