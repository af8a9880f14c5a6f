import type { Claim } from '../../session/claim.ts';
import type { Session } from '../../session/session.ts';

/** A session of SockJS, or one whose backend has not accepted yet. */
export class HeldSession implements Claim {
  readonly origin: string;
  /** See `CookieBinding`. */
  readonly bound: string;
  session: Session | undefined;
  /** The messages of a body are being taken. */
  isTaking = false;
  readonly #all: Map<string, HeldSession>;
  readonly #key: string;

  /** It is in `all`, at `key`, until it has ended. */
  constructor(all: Map<string, HeldSession>, key: string, origin: string, bound: string) {
    this.origin = origin;
    this.bound = bound;
    this.#all = all;
    this.#key = key;
    all.set(key, this);
  }

  ended(): void {
    this.#all.delete(this.#key);
  }
}
