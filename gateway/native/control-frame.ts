import { randomBytes } from 'node:crypto';

/** A Ping for a client: unmasked. `payload` has at most 125 bytes. */
export function pingFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x89, payload.length), payload]);
}

/** A Close for a client: unmasked (RFC 6455 §5.1). `reason` has at most 123 bytes. */
export function closeFrame(code: number, reason = ''): Buffer {
  const payload = closePayload(code, reason);
  return Buffer.concat([Buffer.of(0x88, payload.length), payload]);
}

/** A Close for a server, which takes only masked frames (RFC 6455 §5.1). */
export function maskedCloseFrame(code: number, reason = ''): Buffer {
  const mask = randomBytes(4);
  const payload = closePayload(code, reason);
  const masked = payload.map((byte, index) => byte ^ (mask[index & 3] as number));
  return Buffer.concat([Buffer.of(0x88, 0x80 | payload.length), mask, masked]);
}

function closePayload(code: number, reason: string): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
}
