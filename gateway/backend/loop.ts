import { createHash, randomBytes } from 'node:crypto';
import { RefusedError } from '../base/errors.ts';
import { headerValue } from '../base/raw-headers.ts';
import type { Handshake } from './backend.ts';

/** Of this process. */
const secret = randomBytes(16);

/**
 * The name of this gateway and route in `Via` (RFC 9110 §7.6.3, which gives loops as its purpose).
 * It tells nothing of the route.
 */
export function pseudonymOf(route: string): string {
  const digest = createHash('sha256').update(secret).update(route).digest('hex');
  return `fallback-gateway-${digest.slice(0, 12)}`;
}

/** @throws RefusedError 508 if the handshake has come through this route before. */
export function refuseLoop(handshake: Handshake, pseudonym: string): void {
  if (headerValue(handshake.rawHeaders, 'via')?.includes(pseudonym) !== true) return;
  throw new RefusedError('the route leads back to this gateway', 508, {
    remedy: { advice: 'give the route the address of the server behind it, not one that leads here' },
  });
}
