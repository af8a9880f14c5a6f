import { randomBytes } from 'node:crypto';

/** A Ping for a client: unmasked. `payload` has at most 125 bytes. */
export function pingFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x89, payload.length), payload]);
}

/** A Close for a client: unmasked (RFC 6455 §5.1). */
export function closeFrame(code: number): Buffer {
  return Buffer.of(0x88, 2, code >> 8, code & 0xff);
}

/** A Close for a server, which takes only masked frames (RFC 6455 §5.1). */
export function maskedCloseFrame(code: number): Buffer {
  const mask = randomBytes(4);
  const [a = 0, b = 0] = mask;
  return Buffer.concat([Buffer.of(0x88, 0x82), mask, Buffer.of((code >> 8) ^ a, (code & 0xff) ^ b)]);
}
