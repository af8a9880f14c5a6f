import type { Socket } from 'node:net';
import type { Backend, Handshake } from './backend/backend.ts';
import { type NativeConnection, NativeEndpoint, type UpgradeRequest } from './backend/native.ts';
import { spliceUpgrade } from './backend/splice.ts';
import type { UpstreamTarget } from './backend/target.ts';
import type { Clock } from './base/clock.ts';
import { RefusedError, RequestError } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { pipe } from './channel/pipe.ts';
import type { ResolvedOptions, RouteOptions } from './config/resolved.ts';
import { resumablePolicy } from './dialect/resumable.ts';
import { type Access, admitCreate, admitUpgrade } from './http/admission.ts';
import { crossOriginHeaders, preflightHeaders } from './http/cors.ts';
import type { Exchange, Headers, RequestHead } from './http/exchange.ts';
import { ownOrigin } from './http/origins.ts';
import type { Upgrade } from './http/upgrade.ts';
import type { SessionRegistry } from './session/registry.ts';
import type { Session, SessionContext } from './session/session.ts';
import type { CreateRequest } from './transport/create.ts';
import { carriersOf } from './transport/list.ts';
import type { FallbackRoute } from './transport/route.ts';

/** What a route needs of the gateway it belongs to. */
export interface RouteContext {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: SessionRegistry;
  readonly access: Access;
  /** Aborted when the gateway drains: attempts to reach a backend are given up. */
  readonly draining: AbortSignal;
}

/** Bounds of one route. */
export type RouteBounds = Pick<RouteOptions, 'path' | 'clientPing' | 'maxMessage' | 'maxSessions' | 'jsonp'>;

/** One route, put together: a backend, and the two ways in to it. */
export class LiveRoute implements FallbackRoute {
  readonly path: string;
  readonly carriers: string;
  readonly jsonp: boolean;
  readonly backend: Backend;
  readonly #context: RouteContext;
  readonly #bounds: RouteBounds;
  /** A WebSocket server that native clients are spliced to. */
  readonly #target: UpstreamTarget | undefined;
  readonly #native: NativeEndpoint;
  readonly #sessionContext: SessionContext;
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
    this.#sessionContext = { clock, limits: context.options.session, policy: resumablePolicy, maxMessage };
  }

  // --- native ---

  /** Connects a native client, or refuses it. Throws a `RequestError` for one that may not come in. */
  connect(upgrade: Upgrade): NativeConnection {
    admitUpgrade(this.#context.access, upgrade);
    const url = upgrade.query === '' ? upgrade.path : `${upgrade.path}?${upgrade.query}`;
    const protocols = upgrade.header('sec-websocket-protocol')?.split(',') ?? [];
    const request: UpgradeRequest = {
      handshake: {
        ...this.#handshake(
          upgrade,
          url,
          protocols.map((protocol) => protocol.trim()),
          upgrade.header('origin'),
        ),
        carrier: 'native',
      },
      // Node's server hands over the network connection itself.
      socket: upgrade.socket as Socket,
      head: upgrade.head,
    };
    if (this.#target === undefined) return this.#native.connect(request, this.backend);
    const { clock, log, options } = this.#context;
    const { maxMessage, clientPing } = this.#bounds;
    const { connectTimeout } = options;
    return spliceUpgrade(request, this.#target, { clock, log, connectTimeout, maxMessage, clientPing });
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

  async open(exchange: Exchange, request: CreateRequest, ended: () => void): Promise<Session> {
    const { registry, log, draining } = this.#context;
    const address = exchange.remoteAddress;
    if (this.#sessions >= this.#bounds.maxSessions) {
      throw new RequestError(503, 'GW_ROUTE_SESSIONS', 'too many sessions on this route');
    }
    const release = registry.reserve(address);
    this.#sessions++;
    try {
      const handshake = this.#handshake(exchange, request.url, request.protocols, request.origin);
      const { channel, protocol } = await this.backend.connect(
        { ...handshake, carrier: 'fallback' },
        draining,
      );
      const newcomer = { address, route: this.path, origin: request.origin, protocol };
      const session = registry.add(newcomer, this.#sessionContext, () => {
        this.#sessions--;
        ended();
      });
      pipe(session, channel);
      return session;
    } catch (error) {
      this.#sessions--;
      if (!(error instanceof RefusedError)) throw error;
      log.warn('backend refused', { route: this.path, backend: this.backend.name, reason: error.message });
      throw error;
    } finally {
      release();
    }
  }

  #handshake(
    head: RequestHead,
    url: string,
    protocols: readonly string[],
    origin: string | undefined,
  ): Omit<Handshake, 'carrier'> {
    const { remoteAddress, forwardedFor, secure, host } = head;
    const rest = url.slice(this.path.length);
    const headers = origin === undefined ? head.headers : { ...head.headers, origin };
    const common = { url, rest, protocols, remoteAddress, forwardedFor, secure, host };
    if (!this.#isAnybody(head, origin)) return { ...common, headers, rawHeaders: head.rawHeaders };
    const { cookie: _cookie, authorization: _authorization, ...others } = headers;
    return { ...common, headers: others, rawHeaders: withoutCredentials(head.rawHeaders) };
  }

  /** The page was let in by `*` alone: it may connect, but not with what the user's browser adds (never `*` together with credentials). */
  #isAnybody(head: RequestHead, origin: string | undefined): boolean {
    return origin !== undefined && this.#context.access.origins.match(origin, ownOrigin(head)) === 'any';
  }
}

function withoutCredentials(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (!/^(?:cookie|authorization)$/i.test(name)) kept.push(name, rawHeaders[index + 1] as string);
  }
  return kept;
}
