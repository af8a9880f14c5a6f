import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { RefusedError } from '../base/errors.ts';
import type { Handshake } from './backend.ts';

/** Milliseconds that a refusal is remembered. The shim's `create` follows within three seconds. */
const LIFE = 10_000;
/** Refusals that are remembered: about 200 KiB. */
const MOST = 1000;

interface Refusal {
  readonly error: RefusedError;
  readonly until: number;
}

/**
 * Remembers what backends answered to native handshakes. A page whose WebSocket is refused opens a
 * fallback next, with the same handshake. It gets the same answer, and the backend, which may count
 * failed logins, does not hear of it twice. Each refusal is used once: the attempt after it reaches
 * the backend.
 */
export class RefusalMemory {
  readonly #clock: Clock;
  /** By handshake, oldest first. */
  readonly #refusals = new Map<string, Refusal>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A handshake was refused, and its client will ask again. */
  remember(handshake: Omit<Handshake, 'carrier'>, error: RefusedError): void {
    const key = keyOf(handshake);
    this.#refusals.delete(key);
    this.#refusals.set(key, { error, until: this.#clock.now() + LIFE });
    if (this.#refusals.size <= MOST) return;
    const [oldest] = this.#refusals.keys();
    this.#refusals.delete(oldest as string);
  }

  /** What was answered to the same handshake, natively and just now. It is forgotten with that. */
  take(handshake: Omit<Handshake, 'carrier'>): RefusedError | undefined {
    if (this.#refusals.size === 0) return undefined;
    const key = keyOf(handshake);
    const refusal = this.#refusals.get(key);
    this.#refusals.delete(key);
    return refusal !== undefined && this.#clock.now() < refusal.until ? refusal.error : undefined;
  }
}

/** All by which a backend may decide; a hash, because cookies are long. */
function keyOf(handshake: Omit<Handshake, 'carrier'>): string {
  const { url, protocols, remoteAddress, forwardedFor, secure, host, headers } = handshake;
  const { origin, cookie, authorization } = headers;
  const all = [url, protocols, remoteAddress, forwardedFor, secure, host, origin, cookie, authorization];
  return createHash('sha256').update(JSON.stringify(all)).digest('base64');
}
