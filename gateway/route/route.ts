import type { Socket } from 'node:net';
import {
  type Access,
  admitCreate,
  admitSockJs,
  admitUpgrade,
  isUnvouched,
  upgradeOrigin,
} from '../access/admission.ts';
import { crossOriginHeaders, preflightHeaders } from '../access/cors.ts';
import { ownOrigin } from '../access/origins.ts';
import { acceptEarly } from '../backend/accept-early.ts';
import type { Backend, Handshake } from '../backend/backend.ts';
import type { UpstreamTarget } from '../backend/target.ts';
import { textBackend } from '../backend/text-backend.ts';
import type { Clock } from '../base/clock.ts';
import type { ConnectionCounts } from '../base/connection-counts.ts';
import { RefusedError, RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Channel } from '../channel/channel.ts';
import { pipe } from '../channel/pipe.ts';
import type { ResolvedOptions, RouteOptions, SockJsOptions } from '../config/resolved.ts';
import { resumablePolicy } from '../dialect/resumable.ts';
import { ACCEPT_EARLY_AFTER, sockjsPolicy } from '../dialect/sockjs.ts';
import type { Exchange, Headers, RequestHead } from '../http/exchange.ts';
import type { Upgrade } from '../http/upgrade.ts';
import { hixieDraft } from '../native/hixie-handshake.ts';
import { NativeEndpoint } from '../native/native.ts';
import { spliceUpgrade } from '../native/splice.ts';
import type { NativeConnection, UpgradeRequest } from '../native/upgrade-request.ts';
import type { SessionLimits } from '../session/policy.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { Session, SessionContext } from '../session/session.ts';
import type { CreateRequest } from '../transport/create.ts';
import { carriersOf } from '../transport/list.ts';
import type { FallbackRoute } from '../transport/route.ts';
import { FramedSocket } from '../transport/sockjs/framed-socket.ts';
import type { OpenRequest, SockJsRoute } from '../transport/sockjs/route.ts';

/** What a route needs of the gateway it belongs to. */
export interface RouteContext {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
  readonly connections: ConnectionCounts;
  readonly registry: SessionRegistry;
  readonly access: Access;
  /** Aborted when the gateway drains: attempts to reach a backend are given up. */
  readonly draining: AbortSignal;
}

/** Bounds of one route. */
export type RouteBounds = Pick<
  RouteOptions,
  'path' | 'clientPing' | 'maxMessage' | 'maxSessions' | 'jsonp' | 'sameOrigin'
>;

/** How a session of one dialect is made. */
interface SessionKind {
  readonly context: SessionContext;
  readonly backend: Backend;
}

/** One route, put together: a backend, and the ways in to it. */
export class Route implements FallbackRoute, SockJsRoute {
  readonly path: string;
  readonly carriers: string;
  readonly jsonp: boolean;
  readonly backend: Backend;
  readonly #context: RouteContext;
  readonly #bounds: RouteBounds;
  /** A WebSocket server that native clients are spliced to. */
  readonly #target: UpstreamTarget | undefined;
  readonly #native: NativeEndpoint;
  readonly #resumable: SessionKind;
  readonly #sockjs: SessionKind;
  #sessions = 0;

  constructor(context: RouteContext, bounds: RouteBounds, backend: Backend, target?: UpstreamTarget) {
    this.path = bounds.path;
    this.jsonp = bounds.jsonp;
    this.carriers = carriersOf(bounds.jsonp);
    this.backend = backend;
    this.#context = context;
    this.#bounds = bounds;
    this.#target = target;
    const { clock, log } = context;
    const { maxMessage, clientPing } = bounds;
    this.#native = new NativeEndpoint({ clock, log, maxMessage, clientPing });
    const { session, sockjs } = context.options;
    this.#resumable = { context: { clock, limits: session, policy: resumablePolicy, maxMessage }, backend };
    this.#sockjs = {
      context: { clock, limits: sockjsLimits(session, sockjs), policy: sockjsPolicy, maxMessage },
      backend: acceptEarly(ACCEPT_EARLY_AFTER, textBackend(backend, sockjs?.binary ?? 'close'), context),
    };
  }

  /** Bytes of a message. */
  get maxMessage(): number {
    return this.#bounds.maxMessage;
  }

  // --- native ---

  /** Connects a native client, or refuses it. Throws a `RequestError` for one that may not come in. */
  connect(upgrade: Upgrade): NativeConnection {
    const request = this.#upgradeRequest(upgrade);
    // Clients of the hixie drafts have other frames than the server: they go through messages.
    const isSpliced = this.#target !== undefined && hixieDraft(request.handshake) === undefined;
    return this.#counted(request, () =>
      isSpliced ? this.#splice(request, this.#target) : this.#native.connect(request, this.backend),
    );
  }

  /** Counts a native connection from before its backend is asked until it is gone. */
  #counted({ handshake }: UpgradeRequest, connect: () => NativeConnection): NativeConnection {
    const release = this.#admit(handshake.remoteAddress);
    try {
      const native = connect();
      void native.finished.finally(release);
      return native;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Takes a place for a connection. Throws a `RequestError` when there is none, or no memory for it. */
  #admit(address: string): () => void {
    this.#context.memory.admit(address);
    return this.#context.connections.take(address);
  }

  #splice(request: UpgradeRequest, target: UpstreamTarget): NativeConnection {
    const { clock, log, options } = this.#context;
    const { maxMessage, clientPing } = this.#bounds;
    const { connectTimeout } = options;
    return spliceUpgrade(request, target, { clock, log, connectTimeout, maxMessage, clientPing });
  }

  #upgradeRequest(upgrade: Upgrade): UpgradeRequest {
    admitUpgrade(this.#context.access, upgrade);
    // As it is: a query that is empty but there is repeated in a hixie client's answer.
    const url = upgrade.target;
    // The second name is that of draft-hixie-thewebsocketprotocol-75.
    const asked = upgrade.header('sec-websocket-protocol') ?? upgrade.header('websocket-protocol');
    const protocols = asked?.split(',') ?? [];
    return {
      handshake: {
        ...this.#handshake(
          upgrade,
          url,
          protocols.map((protocol) => protocol.trim()),
          upgradeOrigin(upgrade),
        ),
        carrier: 'native',
      },
      // Node's server hands over the network connection itself.
      socket: upgrade.socket as Socket,
      head: upgrade.head,
    };
  }

  // --- fallback ---

  admit(exchange: Exchange, origin: string): void {
    admitCreate(this.#context.access, exchange, origin);
  }

  crossOrigin(exchange: Exchange, ownToo: boolean): Headers {
    return crossOriginHeaders(this.#context.access.origins, exchange, ownToo);
  }

  preflight(exchange: Exchange): void {
    exchange.reply(204, preflightHeaders(this.#context.access.origins, exchange), '');
  }

  open(exchange: Exchange, request: CreateRequest, ended: () => void): Promise<Session> {
    const handshake = this.#handshake(exchange, request.url, request.protocols, request.origin);
    return this.#make(this.#resumable, exchange, handshake, request.origin, ended);
  }

  async #make(
    { context, backend }: SessionKind,
    exchange: Exchange,
    handshake: Omit<Handshake, 'carrier'>,
    origin: string,
    ended: () => void,
  ): Promise<Session> {
    const { registry, log, draining } = this.#context;
    const address = exchange.remoteAddress;
    const leave = this.#takePlace(address);
    let release: (() => void) | undefined;
    try {
      release = registry.reserve(address);
      const accepted = await backend.connect({ ...handshake, carrier: 'fallback' }, draining);
      const { channel, protocol, cookies = [], answered } = accepted;
      const owner = { address, route: this.path, origin, protocol, cookies };
      const session = registry.add(owner, context, () => {
        if (answered === undefined) leave();
        else void this.#keepPlace(address, answered, leave);
        ended();
      });
      pipe(session, channel);
      return session;
    } catch (error) {
      leave();
      if (!(error instanceof RefusedError)) throw error;
      log.warn('backend refused', { route: this.path, backend: this.backend.name, reason: error.message });
      throw error;
    } finally {
      release?.();
    }
  }

  /** Takes a place for a session on this route. Throws a `RequestError` when there is none. */
  #takePlace(address: string): () => void {
    if (this.#sessions >= this.#bounds.maxSessions) {
      throw new RequestError('GW_ROUTE_SESSIONS');
    }
    const leave = this.#admit(address);
    this.#sessions++;
    return () => {
      this.#sessions--;
      leave();
    };
  }

  /**
   * A SockJS session may end before its backend has answered. It keeps its places until then:
   * otherwise a client could ask a slow backend any number of times at once.
   */
  async #keepPlace(address: string, answered: Promise<void>, leave: () => void): Promise<void> {
    const release = this.#context.registry.reserve(address);
    await answered;
    release();
    leave();
  }

  // --- SockJS ---

  get framers(): readonly string[] {
    const { sameOrigin } = this.#bounds;
    const { origins } = this.#context.options.access;
    return sameOrigin ? [] : origins.filter((origin) => origin !== '*' && origin !== 'null');
  }

  admitSockJs(exchange: Exchange, isCallback: boolean): string | undefined {
    return admitSockJs(this.#context.access, exchange, isCallback);
  }

  openSockJs(exchange: Exchange, { url, origin }: OpenRequest, ended: () => void): Promise<Session> {
    const isUnknown = isUnvouched(exchange);
    if (isUnknown && exchange.header('cookie') !== undefined) {
      const reason = 'a browser that says no Origin and no Referer';
      this.#context.log.info('cookies withheld', { route: this.path, reason });
    }
    const isAnybody = isUnknown || this.#isAnybody(exchange, origin);
    const handshake = this.#handshake(exchange, url, [], origin, isAnybody);
    return this.#make(this.#sockjs, exchange, handshake, origin ?? ownOrigin(exchange), ended);
  }

  /** Connects a WebSocket that carries SockJS frames. `url` is the page's. Throws as `connect` does. */
  connectFramed(upgrade: Upgrade, url: string): NativeConnection {
    const { clock, options, memory } = this.#context;
    const openAccount = () => memory.account(upgrade.remoteAddress);
    const wrapChannel = (channel: Channel): Channel =>
      new FramedSocket(channel, { clock, heartbeat: options.session.heartbeat, openAccount });
    const request = { ...this.#upgradeRequest(upgrade), wrapChannel };
    const backend = addressed(this.#sockjs.backend, this.path, url);
    return this.#counted(request, () => this.#native.connect(request, backend));
  }

  /** Connects a native client that came by SockJS's address for such (0.3.3, "Raw WebSocket url"). Throws as `connect` does. */
  connectRaw(upgrade: Upgrade, url: string): NativeConnection {
    const request = this.#upgradeRequest(upgrade);
    const { handshake } = request;
    const target = hixieDraft(handshake) === undefined ? this.#target : undefined;
    return this.#counted(request, () =>
      target === undefined
        ? this.#native.connect(request, addressed(this.backend, this.path, url))
        : this.#splice({ ...request, handshake: readdressed(handshake, this.path, url) }, target),
    );
  }

  #handshake(
    head: RequestHead,
    url: string,
    protocols: readonly string[],
    origin: string | undefined,
    isAnybody = this.#isAnybody(head, origin),
  ): Omit<Handshake, 'carrier'> {
    const { remoteAddress, forwardedFor, secure, host } = head;
    const rest = url.slice(this.path.length);
    const headers = origin === undefined ? head.headers : { ...head.headers, origin };
    const common = { url, rest, protocols, remoteAddress, forwardedFor, secure, host };
    if (!isAnybody) return { ...common, headers, rawHeaders: head.rawHeaders };
    const { cookie: _cookie, authorization: _authorization, ...others } = headers;
    return { ...common, headers: others, rawHeaders: withoutCredentials(head.rawHeaders), anonymous: true };
  }

  /** The page was let in by `*` alone: it may connect, but not with what the user's browser adds (never `*` together with credentials). */
  #isAnybody(head: RequestHead, origin: string | undefined): boolean {
    return origin !== undefined && this.#context.access.origins.match(origin, ownOrigin(head)) === 'any';
  }
}

/** SockJS has no fragments and no acknowledgements, and its clients say nothing of themselves: none is too silent. */
function sockjsLimits(session: ResolvedOptions['session'], sockjs: SockJsOptions | undefined): SessionLimits {
  const { sessionTimeout = session.attachTimeout } = sockjs ?? {};
  const never = Number.POSITIVE_INFINITY;
  return {
    ...session,
    silence: never,
    fragment: never,
    window: sessionTimeout,
    attachTimeout: sessionTimeout,
  };
}

/** A backend that is told of another URL than that of the request, which only the client's own handshake is answered by. */
function addressed(backend: Backend, path: string, url: string): Backend {
  return {
    name: backend.name,
    connect: (handshake, signal) => backend.connect(readdressed(handshake, path, url), signal),
  };
}

function readdressed(handshake: Handshake, path: string, url: string): Handshake {
  return { ...handshake, url, rest: url.slice(path.length) };
}

function withoutCredentials(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (!/^(?:cookie|authorization)$/i.test(name)) kept.push(name, rawHeaders[index + 1] as string);
  }
  return kept;
}
