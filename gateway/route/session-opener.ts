import type { Backend, Handshake } from '../backend/backend.ts';
import type { ForwardAuth } from '../backend/forward-auth.ts';
import { logBackendRefusal, refusedClient } from '../backend/log-refusal.ts';
import type { RefusalMemory } from '../backend/refusal-memory.ts';
import type { Places } from '../base/connection-counts.ts';
import { RefusedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Channel } from '../channel/channel.ts';
import { pipe } from '../channel/pipe.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Approach } from '../session/approach.ts';
import type { Claim } from '../session/claim.ts';
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
  /** For sessions of the route. */
  readonly places: Places;
  readonly route: string;
  /** Aborted when the gateway drains: attempts to reach a backend are given up. */
  readonly draining: AbortSignal;
}

/** Opens fallback sessions of one route, of every dialect. */
export class SessionOpener {
  readonly #context: OpenerContext;
  /** What ends the watch over the logins of sessions, where somebody watches. */
  readonly #watches = new Map<Session, () => void>();
  /** Sessions whose backend has not answered, and when it has. */
  readonly #unanswered = new Map<Session, Promise<void>>();

  constructor(context: OpenerContext) {
    this.#context = context;
  }

  /**
   * Connects the backend and makes a session for `page`. Rejects with a `RefusedError` or a
   * `RequestError`. `claim` hears when the session is forgotten.
   */
  async open(
    { context, backend, wrapChannel }: SessionKind,
    handshake: RouteHandshake,
    page: PageFacts,
    claim: Claim,
  ): Promise<Session> {
    const { auth, registry, draining, route, places, refusals } = this.#context;
    // It is in the log already.
    const refusal = refusals.take(handshake);
    if (refusal !== undefined) throw refusal;
    const { remoteAddress: address } = handshake;
    places.enter(address);
    let release: (() => void) | undefined;
    try {
      release = registry.reserve(address);
      const given: Handshake = { ...handshake, carrier: 'fallback' };
      const admitted = await auth?.admit(given, draining);
      const approach = await page.approach;
      const accepted = await backend.connect(admitted?.handshake ?? given, draining);
      const { channel, protocol, cookies = NO_COOKIES, answered } = accepted;
      const { user } = admitted?.handshake ?? handshake;
      const { origin } = page;
      const owner = { address, user, route, origin, protocol, approach, claim, cookies };
      const session = registry.add(owner, context, this.#ended);
      if (answered !== undefined) {
        this.#unanswered.set(session, answered);
        void answered.then(() => this.#unanswered.delete(session));
      }
      pipe(wrapChannel?.(session, handshake) ?? session, channel);
      if (admitted !== undefined && session.state !== 'ended') {
        this.#watches.set(
          session,
          admitted.watch(() => session.shut(CLOSES.loginEnded)),
        );
      }
      return session;
    } catch (error) {
      places.leave(address);
      if (error instanceof RefusedError) {
        const client = refusedClient({ ...handshake, carrier: 'fallback' });
        logBackendRefusal(this.#context.log, backend.name, client, error);
      }
      throw error;
    } finally {
      release?.();
    }
  }

  /** One function for all sessions: see `SessionRegistry.add`. */
  readonly #ended = (session: Session): void => {
    const { address, claim } = session.identity;
    this.#context.registry.remove(session);
    this.#watches.get(session)?.();
    this.#watches.delete(session);
    const answered = this.#unanswered.get(session);
    if (answered === undefined) this.#context.places.leave(address);
    else void this.#keepPlace(address, answered);
    claim.ended();
  };

  /**
   * A SockJS session may end before its backend has answered. It keeps its places until then:
   * otherwise a client could make any number of attempts at once to reach a slow backend.
   */
  async #keepPlace(address: string, answered: Promise<void>): Promise<void> {
    const { registry, places } = this.#context;
    const release = registry.reserve(address);
    await answered;
    release();
    places.leave(address);
  }
}

/** One list for all sessions without. */
const NO_COOKIES: readonly string[] = [];
