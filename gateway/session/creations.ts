import { RequestError } from '../base/errors.ts';
import type { Claim } from './claim.ts';
import type { Session } from './session.ts';

/**
 * How many nonces of ended sessions are remembered, in about 1 MiB. A proxy may repeat a request
 * seconds later, when a short session is over.
 */
const SPENT = 10_000;

/** A `create` that a proxy or the client repeats opens one backend connection (PROTOCOL.md §3). */
export class Creations {
  readonly #byNonce = new Map<string, Creation>();
  /** Nonces of sessions that have ended, oldest first. */
  readonly #spent = new Set<string>();

  /** Whether a session of this nonce is made, or was. */
  has(nonce: string): boolean {
    return this.#byNonce.has(nonce) || this.#spent.has(nonce);
  }

  /**
   * The session for a nonce: the one of an earlier request with the same fingerprint, or a new one
   * that `open` makes with its claim. Rejects as `open` does, and then the nonce is free again.
   * Rejects with `GW_NONCE` if the nonce was used for something else, or if its session was
   * attached or ended.
   */
  async begin(
    nonce: string,
    fingerprint: string,
    open: (claim: Claim) => Promise<Session>,
  ): Promise<Session> {
    const earlier = this.#byNonce.get(nonce);
    if (earlier !== undefined) {
      const isRepeat = earlier.fingerprint === fingerprint && earlier.session?.wasAttached !== true;
      if (!isRepeat) throw used();
      earlier.session?.renew();
      return earlier.session ?? (earlier.outcome as Promise<Session>);
    }
    if (this.#spent.has(nonce)) throw used();
    const creation = new Creation(this, nonce, fingerprint);
    this.#byNonce.set(nonce, creation);
    try {
      creation.outcome = open(creation);
      creation.session = await creation.outcome;
      creation.outcome = undefined;
      return creation.session;
    } catch (error) {
      this.#byNonce.delete(nonce);
      throw error;
    }
  }

  /** A client that never attached may not have received the answer, and may repeat the request. */
  forget(nonce: string): void {
    const wasAttached = this.#byNonce.get(nonce)?.session?.wasAttached;
    this.#byNonce.delete(nonce);
    if (wasAttached !== true) return;
    this.#spent.add(nonce);
    if (this.#spent.size <= SPENT) return;
    const [oldest] = this.#spent;
    this.#spent.delete(oldest as string);
  }
}

/** A `create` that is under way, or whose session still lives. */
class Creation implements Claim {
  /** Everything in which a repeat must equal the first request. */
  readonly fingerprint: string;
  /** Absent when the session is there. */
  outcome: Promise<Session> | undefined;
  session: Session | undefined;
  readonly #creations: Creations;
  readonly #nonce: string;

  constructor(creations: Creations, nonce: string, fingerprint: string) {
    this.fingerprint = fingerprint;
    this.#creations = creations;
    this.#nonce = nonce;
  }

  ended(): void {
    this.#creations.forget(this.#nonce);
  }
}

function used(): RequestError {
  return new RequestError('GW_NONCE');
}
