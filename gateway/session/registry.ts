import { randomBytes } from 'node:crypto';
import { connectionId } from '../base/connection-log.ts';
import { RequestError } from '../base/errors.ts';
import type { CloseStatus } from '../protocol/close.ts';
import type { SessionIdentity } from './identity.ts';
import { Session, type SessionContext } from './session.ts';

/** How many sessions there may be at once. */
export interface RegistryLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
}

export const defaultRegistryLimits: RegistryLimits = {
  maxSessions: 10_000,
  maxSessionsPerAddress: 1_000,
};

/** Who a new session is for. */
export type SessionOwner = Omit<SessionIdentity, 'token' | 'id'>;

/** All sessions of one gateway, found by their token. */
export class SessionRegistry {
  readonly #sessions = new Map<string, Session>();
  readonly #perAddress = new Map<string, number>();
  readonly #limits: RegistryLimits;
  /** Part of every token, so that another node can tell whose session it is (PROTOCOL.md §3). */
  readonly #node: string;
  /** Places taken for sessions that are not made yet. */
  #reserved = 0;

  constructor(limits: RegistryLimits, node: string = randomBytes(4).toString('hex')) {
    this.#limits = limits;
    this.#node = node;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  find(token: string): Session | undefined {
    return this.#sessions.get(token);
  }

  /**
   * Takes a place for a session before its backend is dialled: many dials at once must not exceed
   * the bounds. Throws `GW_SESSIONS` or `GW_SESSIONS_PER_ADDRESS` when there is none. The returned
   * function gives the place back. `add` must be called before it.
   */
  reserve(address: string): () => void {
    if (this.#sessions.size + this.#reserved >= this.#limits.maxSessions) {
      throw new RequestError('GW_SESSIONS');
    }
    const ofAddress = this.#perAddress.get(address) ?? 0;
    if (ofAddress >= this.#limits.maxSessionsPerAddress) {
      throw new RequestError('GW_SESSIONS_PER_ADDRESS');
    }
    this.#reserved++;
    this.#perAddress.set(address, ofAddress + 1);
    return () => {
      this.#reserved--;
      this.#leave(address);
    };
  }

  /**
   * Makes a session. Its token has 128 random bits. When it has ended, `ended` is called with it,
   * and calls `remove`: one function for many sessions, as a closure for each would be 120 bytes.
   */
  add(owner: SessionOwner, context: SessionContext, ended: (session: Session) => void): Session {
    const { address, user, route, origin, protocol, approach, claim, cookies } = owner;
    // Joined at once: V8 keeps both parts of a text that was added up.
    const token = [this.#node, randomBytes(16).toString('base64url')].join('.');
    const id = connectionId();
    // Written out: V8 gives each object that is made by a spread a shape of its own, 260 bytes.
    const identity = { address, user, route, origin, protocol, approach, claim, cookies, token, id };
    const session = new Session(identity, context, ended);
    this.#sessions.set(token, session);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    return session;
  }

  /** Forgets a session that has ended. */
  remove({ identity }: Session): void {
    this.#sessions.delete(identity.token);
    this.#leave(identity.address);
  }

  /** Closes every session, both sides. */
  shutAll(status: CloseStatus): void {
    for (const session of this.#sessions.values()) session.shut(status);
  }

  /** Ends the sessions whose close was delivered. */
  endDelivered(): void {
    for (const session of this.#sessions.values()) if (session.hasDeliveredClose) session.abandon();
  }

  /** Ends every session at once. */
  abandonAll(): void {
    for (const session of this.#sessions.values()) session.abandon();
  }

  #leave(address: string): void {
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }
}
