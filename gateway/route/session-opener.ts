import type { Backend, Handshake } from '../backend/backend.ts';
import type { ForwardAuth } from '../backend/forward-auth.ts';
import { logBackendRefusal, refusedClient } from '../backend/log-refusal.ts';
import type { RefusalMemory } from '../backend/refusal-memory.ts';
import { RefusedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Channel } from '../channel/channel.ts';
import { pipe } from '../channel/pipe.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Approach } from '../session/approach.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { Session, SessionContext } from '../session/session.ts';
import type { RouteHandshake } from './handshake.ts';

/** What the sessions of one dialect are made with. */
export interface SessionKind {
  readonly context: SessionContext;
  readonly backend: Backend;
  /** Wraps the session before it is joined with the backend. */
  readonly wrapChannel?: (session: Session, handshake: RouteHandshake) => Channel;
}

/** Whose session it is to be. */
export interface PageFacts {
  readonly origin: string;
  /** How it came here; absent: its protocol is another one. */
  readonly approach?: Promise<Approach>;
}

export interface OpenerContext {
  /** The route's log. */
  readonly log: Log;
  readonly refusals: RefusalMemory;
  /** Who decides about clients beside the backend; absent: nobody. */
  readonly auth: ForwardAuth | undefined;
  readonly registry: SessionRegistry;
  /** Takes a place for a session of the route. Throws a `RequestError` when there is none. */
  readonly takePlace: (address: string) => () => void;
  readonly route: string;
  /** Aborted when the gateway drains: attempts to reach a backend are given up. */
  readonly draining: AbortSignal;
}

/** Opens fallback sessions of one route, of every dialect. */
export class SessionOpener {
  readonly #context: OpenerContext;

  constructor(context: OpenerContext) {
    this.#context = context;
  }

  /**
   * Connects the backend and makes a session for `page`. Rejects with a `RefusedError` or a
   * `RequestError`. Calls `ended` when the session is forgotten.
   */
  async open(
    { context, backend, wrapChannel }: SessionKind,
    handshake: RouteHandshake,
    page: PageFacts,
    ended: () => void,
  ): Promise<Session> {
    const { auth, registry, draining, route, takePlace, refusals } = this.#context;
    // It is in the log already.
    const refusal = refusals.take(handshake);
    if (refusal !== undefined) throw refusal;
    const { remoteAddress: address } = handshake;
    const leave = takePlace(address);
    let release: (() => void) | undefined;
    try {
      release = registry.reserve(address);
      const given: Handshake = { ...handshake, carrier: 'fallback' };
      const admitted = await auth?.admit(given, draining);
      const approach = await page.approach;
      const accepted = await backend.connect(admitted?.handshake ?? given, draining);
      const { channel, protocol, cookies = [], answered } = accepted;
      const { user } = admitted?.handshake ?? handshake;
      const { origin } = page;
      const owner = { address, user, route, origin, protocol, approach, cookies };
      let unwatch: (() => void) | undefined;
      const session = registry.add(owner, context, () => {
        unwatch?.();
        if (answered === undefined) leave();
        else void this.#keepPlace(address, answered, leave);
        ended();
      });
      pipe(wrapChannel?.(session, handshake) ?? session, channel);
      unwatch = admitted?.watch(() => session.shut(CLOSES.loginEnded));
      return session;
    } catch (error) {
      leave();
      if (error instanceof RefusedError) {
        const client = refusedClient({ ...handshake, carrier: 'fallback' });
        logBackendRefusal(this.#context.log, backend.name, client, error);
      }
      throw error;
    } finally {
      release?.();
    }
  }

  /**
   * A SockJS session may end before its backend has answered. It keeps its places until then:
   * otherwise a client could make any number of attempts at once to reach a slow backend.
   */
  async #keepPlace(address: string, answered: Promise<void>, leave: () => void): Promise<void> {
    const release = this.#context.registry.reserve(address);
    await answered;
    release();
    leave();
  }
}
