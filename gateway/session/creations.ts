import { RequestError } from '../base/errors.ts';
import type { Session } from './session.ts';

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

  /**
   * The session for a nonce: that of an earlier request which was the same in everything, or a new one that `open` makes.
   * Rejects as `open` does, and then the nonce is free again; with a `RequestError` 409 if the nonce was used for something else, or its session was
   * attached already.
   */
  async begin(
    nonce: string,
    likeness: string,
    open: (ended: () => void) => Promise<Session>,
  ): Promise<Session> {
    const earlier = this.#byNonce.get(nonce);
    if (earlier !== undefined) {
      const isRepeat = earlier.likeness === likeness && earlier.session?.wasAttached !== true;
      if (!isRepeat) throw new RequestError(409, 'GW_NONCE', 'this nonce was used already');
      return earlier.outcome;
    }
    const forget = (): void => {
      this.#byNonce.delete(nonce);
    };
    const creation: Creation = { likeness, outcome: open(forget), session: undefined };
    this.#byNonce.set(nonce, creation);
    try {
      creation.session = await creation.outcome;
      return creation.session;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
