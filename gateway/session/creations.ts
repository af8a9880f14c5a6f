import { RequestError } from '../base/errors.ts';
import type { Session } from './session.ts';

/**
 * Nonces of sessions that have ended which are remembered: a proxy may repeat a request seconds later, when a short session is long over. A bound on memory, of
 * about 1 MiB.
 */
const SPENT = 10_000;

/** A create that is under way, or has made a session that still lives. */
interface Creation {
  /** Everything that a repeat must have in common with the first request. */
  readonly likeness: string;
  readonly outcome: Promise<Session>;
  session: Session | undefined;
}

/**
 * Makes sure that a `create` which a proxy or the client repeats opens one connection to the backend (PROTOCOL.md §3).
 */
export class Creations {
  readonly #byNonce = new Map<string, Creation>();
  /** Of sessions that have ended, oldest first. */
  readonly #spent = new Set<string>();

  /**
   * The session for a nonce: that of an earlier request which was the same in everything, or a new one that `open` makes.
   * Rejects as `open` does, and then the nonce is free again; with a `RequestError` 409 if the nonce was used for something else, or its session was
   * attached already or has ended.
   */
  async begin(
    nonce: string,
    likeness: string,
    open: (ended: () => void) => Promise<Session>,
  ): Promise<Session> {
    const earlier = this.#byNonce.get(nonce);
    if (earlier !== undefined) {
      const isRepeat = earlier.likeness === likeness && earlier.session?.wasAttached !== true;
      if (!isRepeat) throw used();
      earlier.session?.renew();
      return earlier.outcome;
    }
    if (this.#spent.has(nonce)) throw used();
    const outcome = open(() => this.#forget(nonce));
    const creation: Creation = { likeness, outcome, session: undefined };
    this.#byNonce.set(nonce, creation);
    try {
      creation.session = await creation.outcome;
      return creation.session;
    } catch (error) {
      this.#byNonce.delete(nonce);
      throw error;
    }
  }

  /** A client that never attached may not have had the answer, and may ask again. */
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
