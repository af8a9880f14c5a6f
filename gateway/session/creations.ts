import { RequestError } from '../base/errors.ts';
import type { Session } from './session.ts';

/**
 * How many nonces of ended sessions are remembered, in about 1 MiB. A proxy may repeat a request
 * seconds later, when a short session is over.
 */
const SPENT = 10_000;

/** A `create` that is under way, or whose session still lives. */
interface Creation {
  /** Everything in which a repeat must equal the first request. */
  readonly fingerprint: string;
  readonly outcome: Promise<Session>;
  session: Session | undefined;
}

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
   * that `open` makes. Rejects as `open` does, and then the nonce is free again. Rejects with
   * `GW_NONCE` if the nonce was used for something else, or if its session was attached or ended.
   */
  async begin(
    nonce: string,
    fingerprint: string,
    open: (ended: () => void) => Promise<Session>,
  ): Promise<Session> {
    const earlier = this.#byNonce.get(nonce);
    if (earlier !== undefined) {
      const isRepeat = earlier.fingerprint === fingerprint && earlier.session?.wasAttached !== true;
      if (!isRepeat) throw used();
      earlier.session?.renew();
      return earlier.outcome;
    }
    if (this.#spent.has(nonce)) throw used();
    const outcome = open(() => this.#forget(nonce));
    const creation: Creation = { fingerprint, outcome, session: undefined };
    this.#byNonce.set(nonce, creation);
    try {
      creation.session = await creation.outcome;
      return creation.session;
    } catch (error) {
      this.#byNonce.delete(nonce);
      throw error;
    }
  }

  /** A client that never attached may not have received the answer, and may repeat the request. */
  #forget(nonce: string): void {
    const wasAttached = this.#byNonce.get(nonce)?.session?.wasAttached;
    this.#byNonce.delete(nonce);
    if (wasAttached !== true) return;
    this.#spent.add(nonce);
    if (this.#spent.size <= SPENT) return;
    const [oldest] = this.#spent;
    this.#spent.delete(oldest as string);
  }
}

function used(): RequestError {
  return new RequestError('GW_NONCE');
}
