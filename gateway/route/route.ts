import { type Access, isAnonymousPage } from '../access/admission.ts';
import type { HostNames } from '../access/hosts.ts';
import { ownOrigin } from '../access/origins.ts';
import { acceptEarly } from '../backend/accept-early.ts';
import type { ForwardAuth } from '../backend/forward-auth.ts';
import { RefusalMemory } from '../backend/refusal-memory.ts';
import { textBackend } from '../backend/text-backend.ts';
import { timedBackend } from '../backend/timed.ts';
import type { AddressRates } from '../base/address-rates.ts';
import type { Clock } from '../base/clock.ts';
import type { ConnectionCounts, Places } from '../base/connection-counts.ts';
import type { Counters, RouteCounters } from '../base/counters.ts';
import { detached } from '../base/detached.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { ResolvedOptions, RouteDefaults, RouteOptions } from '../config/resolved.ts';
import { resumablePolicy } from '../dialect/resumable.ts';
import { ACCEPT_EARLY_AFTER, sockjsPolicy } from '../dialect/sockjs.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Claim } from '../session/claim.ts';
import type { SessionLimits } from '../session/limits.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { type CreateRequest, pathOf } from '../transport/create.ts';
import { carriersOf } from '../transport/list.ts';
import { isQuiet } from '../transport/login.ts';
import type { FallbackRoute } from '../transport/route.ts';
import { FramedSocket } from '../transport/sockjs/framed-socket.ts';
import type { SockJsOptions } from '../transport/sockjs/options.ts';
import type { OpenRequest, SockJsRoute } from '../transport/sockjs/route.ts';
import { handshakeUrl } from '../transport/sockjs/url.ts';
import { approachOf, type FindSeen } from './approach.ts';
import type { RouteBackend } from './backends.ts';
import { accountsOf, handshakeOf, isAnybody, type RouteHandshake } from './handshake.ts';
import { NativeConnector } from './native-connector.ts';
import { sockJsSocket } from './request-purpose.ts';
import { type SessionKind, SessionOpener } from './session-opener.ts';

/** What a route needs from its gateway. */
export interface RouteContext {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  readonly memory: MemoryBudget;
  readonly connections: ConnectionCounts;
  /** How fast an address may open connections; absent: as fast as it likes. */
  readonly rates: AddressRates | undefined;
  readonly registry: SessionRegistry;
  readonly access: Access;
  /** The `Host` names that lead to the route. */
  readonly hosts: HostNames;
  /** The route is that of a whole application. @default false */
  readonly isApp?: boolean;
  /** Aborted when the gateway drains. */
  readonly draining: AbortSignal;
  readonly findSeen: FindSeen;
}

/** Bounds of one route. */
export type RouteBounds = Pick<RouteOptions, 'path'> & RouteDefaults;

/** One route: a path, its backend, and the connections that lead there. */
export class Route implements FallbackRoute, SockJsRoute {
  readonly path: string;
  readonly log: Log;
  readonly carriers: string;
  readonly jsonp: boolean;
  readonly isApp: boolean;
  /** Bytes of a message. */
  readonly maxMessage: number;
  readonly access: Access;
  readonly hosts: HostNames;
  readonly natives: NativeConnector;
  readonly counters: RouteCounters;
  /** For the status page. */
  readonly backendName: string;
  readonly #context: RouteContext;
  readonly #auth: ForwardAuth | undefined;
  readonly #maxSessions: number;
  readonly #refusals: RefusalMemory;
  readonly #opener: SessionOpener;
  readonly #resumable: SessionKind;
  readonly #sockjs: SessionKind;
  /** Sessions whose messages are SockJS frames. */
  readonly #framed: SessionKind;
  #sessions = 0;

  constructor(context: RouteContext, bounds: RouteBounds, { backend: given, target, auth }: RouteBackend) {
    const { clock, memory, access, registry, draining, options } = context;
    const { path, jsonp, maxMessage, maxSessions, clientPing } = bounds;
    const { session, sockjs, connectTimeout } = options;
    const log = context.log.with({ route: path || '/' });
    const counters = context.counters.route(path);
    const backend = timedBackend(given, counters, clock);
    this.counters = counters;
    this.backendName = backend.name;
    this.path = path;
    this.log = log;
    this.jsonp = jsonp;
    this.isApp = context.isApp ?? false;
    this.carriers = carriersOf(jsonp);
    this.maxMessage = maxMessage;
    this.access = access;
    this.hosts = context.hosts;
    this.#context = context;
    this.#auth = auth;
    this.#maxSessions = maxSessions;
    const common = { clock, log, counters, memory, maxMessage };
    this.#resumable = { context: { ...common, limits: session, policy: resumablePolicy }, backend };
    this.#sockjs = {
      context: { ...common, limits: sockjsLimits(session, sockjs), policy: sockjsPolicy },
      backend: acceptEarly(ACCEPT_EARLY_AFTER, textBackend(backend, sockjs?.binary ?? 'close'), {
        clock,
        log,
      }),
    };
    this.#framed = {
      context: this.#resumable.context,
      backend: this.#sockjs.backend,
      wrapChannel: (channel, { remoteAddress }) =>
        new FramedSocket(channel, {
          clock,
          heartbeat: session.heartbeat,
          openAccount: accountsOf(memory, remoteAddress),
        }),
    };
    const refusals = new RefusalMemory(clock);
    this.#refusals = refusals;
    const places: Places = {
      enter: (address) => this.#enterSession(address),
      leave: (address) => {
        this.#sessions--;
        context.connections.leave(address);
      },
    };
    this.#opener = new SessionOpener({ log, refusals, auth, registry, places, route: path, draining });
    this.natives = new NativeConnector({
      ...{
        clock,
        log,
        counters,
        refusals,
        memory,
        access,
        maxMessage,
        clientPing,
        connectTimeout,
        backend,
        target,
      },
      places: {
        enter: (address) => this.#enterConnection(address),
        leave: (address) => context.connections.leave(address),
      },
      route: path,
      auth,
      userHeader: options.access.userHeader,
      framedBackend: this.#sockjs.backend,
      heartbeat: session.heartbeat,
      rates: session.rates,
    });
  }

  /** Ends what it holds beside its connections. */
  close(): void {
    this.#auth?.close();
  }

  open(exchange: Exchange, request: CreateRequest, claim: Claim): Promise<Session> {
    const { protocols, origin } = request;
    const { kind, url } = this.#emulated(request.url);
    const isAnonymous = isAnybody(this.access, exchange, origin);
    const { memory, options } = this.#context;
    const { userHeader } = options.access;
    const facts = { route: this.path, url, protocols, origin, isAnonymous, userHeader, memory };
    const handshake = handshakeOf(exchange, facts);
    const approach = approachOf(exchange, request, this.#context.findSeen);
    const opening = this.#opener.open(kind, handshake, { origin, approach }, claim);
    return isQuiet(exchange.query) ? this.#rememberLogin(opening, handshake) : opening;
  }

  /** The client repeats its request for a login; the backend does not hear of it twice. */
  async #rememberLogin(opening: Promise<Session>, handshake: RouteHandshake): Promise<Session> {
    try {
      return await opening;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) this.#refusals.remember(handshake, error);
      throw error;
    }
  }

  /**
   * What a fallback stands for at this address: the same as a native WebSocket, which may be one of
   * SockJS's two kinds. sockjs-client opens one on top of the shim, where a page has both.
   */
  #emulated(url: string): { kind: SessionKind; url: string } {
    const { sockjs } = this.#context.options;
    const path = pathOf(url);
    const address = sockjs === undefined || this.isApp ? undefined : sockJsSocket(path, this.path);
    if (sockjs === undefined || address === undefined) return { kind: this.#resumable, url };
    if (!sockjs.websocket) throw new RequestError('GW_SOCKJS');
    const kind = address.kind === 'session' ? this.#framed : this.#resumable;
    return { kind, url: handshakeUrl(address.base, url.slice(path.length + 1)) };
  }

  openSockJs(exchange: Exchange, { url, origin }: OpenRequest, claim: Claim): Promise<Session> {
    const isUnknown = isAnonymousPage(exchange);
    if (isUnknown && exchange.header('cookie') !== undefined) {
      const reason = 'a browser that says no Origin and no Referer';
      this.log.info('cookies withheld', { reason });
    }
    const isAnonymous = isUnknown || isAnybody(this.access, exchange, origin);
    const { memory, options } = this.#context;
    const { userHeader } = options.access;
    const facts = { route: this.path, url, protocols: [], origin, isAnonymous, userHeader, memory };
    const handshake = handshakeOf(exchange, facts);
    const page = { origin: origin ?? detached(ownOrigin(exchange)) };
    return this.#opener.open(this.#sockjs, handshake, page, claim);
  }

  #enterConnection(address: string): void {
    const { memory, connections, rates } = this.#context;
    memory.admit(address);
    rates?.take(address);
    connections.enter(address);
  }

  #enterSession(address: string): void {
    if (this.#sessions >= this.#maxSessions) throw new RequestError('GW_ROUTE_SESSIONS');
    this.#enterConnection(address);
    this.#sessions++;
  }
}

/**
 * SockJS has no fragments and no acknowledgements, and its clients send nothing while they only
 * receive: silence means nothing.
 */
function sockjsLimits(session: SessionLimits, sockjs: SockJsOptions | undefined): SessionLimits {
  const { sessionTimeout = session.attachTimeout } = sockjs ?? {};
  const never = Number.POSITIVE_INFINITY;
  return {
    ...session,
    silence: never,
    fragment: never,
    resumeWindow: sessionTimeout,
    attachTimeout: sessionTimeout,
  };
}
