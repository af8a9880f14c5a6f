import { setMaxListeners } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Access, mayUse } from './access/admission.ts';
import { HostNames } from './access/hosts.ts';
import { OriginPolicy } from './access/origins.ts';
import type { Backend } from './backend/backend.ts';
import { echoBackend } from './backend/echo.ts';
import { type Handler, type HandlerOptions, handlerBackend } from './backend/handler.ts';
import type { UpstreamTarget } from './backend/target.ts';
import { upstreamBackend } from './backend/upstream.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { ConnectionCounts } from './base/connection-counts.ts';
import { RequestError } from './base/errors.ts';
import type { ListenAddress } from './base/listen.ts';
import { createLog, type Log } from './base/log.ts';
import { MemoryBudget } from './base/memory-budget.ts';
import { ownPackage } from './base/package.ts';
import { answerRaw } from './base/raw-answer.ts';
import type { GatewayOptions } from './config/options.ts';
import { resolveOptions, resolveRoutePath } from './config/resolve.ts';
import type { ResolvedOptions, RouteOptions, WebSocketBackendOptions } from './config/resolved.ts';
import { Flash } from './flash/flash.ts';
import { descriptorLimit } from './http/descriptors.ts';
import type { Exchange } from './http/exchange.ts';
import { TrustedProxies } from './http/forwarded.ts';
import { ignoreUpgrade } from './http/ignore-upgrade.ts';
import {
  type RequestHandler,
  requestListener,
  type UpgradeTaker,
  upgradeListener,
} from './http/listeners.ts';
import { PLAIN } from './http/plain.ts';
import { refuse } from './http/refuse.ts';
import { HttpServer } from './http/server.ts';
import { socketLimits } from './http/socket-limits.ts';
import type { Upgrade } from './http/upgrade.ts';
import type { NativeConnection } from './native/upgrade-request.ts';
import { createPages } from './pages/pages.ts';
import { CloseCode } from './protocol/close.ts';
import { Route, type RouteBounds, type RouteContext } from './route/route.ts';
import { RouteTable } from './route/route-table.ts';
import { isHandshake, SockJsRouter } from './route/sockjs-router.ts';
import { StompBackends } from './route/stomp-backends.ts';
import { Creations } from './session/creations.ts';
import { SessionRegistry } from './session/registry.ts';
import { FallbackEndpoint } from './transport/endpoint.ts';
import { isFallback, parseFallbackPath } from './transport/fallback-path.ts';
import { SessionSocketEndpoint } from './transport/websocket.ts';

export type { GatewaySocket } from './backend/gateway-socket.ts';
export type { Handler, HandlerOptions, HandlerRequest } from './backend/handler.ts';

/** Parts that tests and embedding programs may bring themselves. */
export interface GatewayParts {
  readonly clock?: Clock;
  readonly log?: Log;
}

/** What every room of one gateway shares. */
interface Shared {
  readonly clock: Clock;
  readonly log: Log;
  /** What is held on behalf of clients. */
  readonly memory: MemoryBudget;
  /** Native connections and fallback sessions. */
  readonly connections: ConnectionCounts;
}

/** Milliseconds that answers under way have to leave, once all sessions are gone; never more than a tenth of the grace time is kept for them. */
const LAST_WORDS = 1_000;

/** Where a gateway serves. */
export interface GatewayAddress extends ListenAddress {
  /** TCP port of the embedded broker; undefined: none was asked for. */
  readonly stompPort: number | undefined;
  /** TCP port of Flash socket policies; undefined: the fallback over Flash is off. */
  readonly policyPort: number | undefined;
}

const GOING_AWAY = { code: CloseCode.goingAway, reason: '' } as const;

/**
 * The gateway: routes, and the ways in to them. Made by `createGateway`. It serves by itself (`listen`), on a server that is there already
 * (`attach`), or inside an Express application (`middleware`, with `attach` for the upgrades).
 */
export class Gateway implements RequestHandler {
  readonly options: ResolvedOptions;
  readonly #shared: Shared;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #hosts: HostNames;
  readonly #proxies: TrustedProxies;
  readonly #registry: SessionRegistry;
  readonly #routes = new RouteTable<Route>();
  readonly #stomp: StompBackends;
  readonly #flash: Flash;
  readonly #endpoint: FallbackEndpoint;
  /** Absent: SockJS is not answered. */
  readonly #sockjs: SockJsRouter | undefined;
  readonly #sessionSockets: SessionSocketEndpoint;
  readonly #natives = new Set<NativeConnection>();
  readonly #draining = new AbortController();
  #server: HttpServer | undefined;
  #pages: ReturnType<typeof createPages> | undefined;

  constructor(options: ResolvedOptions, parts: GatewayParts = {}) {
    this.options = options;
    this.#clock = parts.clock ?? systemClock;
    this.#log = parts.log ?? createLog(options.log);
    this.#shared = {
      clock: this.#clock,
      log: this.#log,
      memory: new MemoryBudget(options.memoryLimits),
      connections: new ConnectionCounts(options.connectionLimits),
    };
    this.#hosts = new HostNames(options.access.hosts);
    this.#proxies = new TrustedProxies(options.access.trustedProxies);
    this.#registry = new SessionRegistry(options.sessionLimits);
    // One listener for each backend that is being connected to, and there may be many.
    setMaxListeners(0, this.#draining.signal);
    const { session } = options;
    this.#endpoint = new FallbackEndpoint({
      log: this.#log,
      registry: this.#registry,
      creations: new Creations(),
      memory: this.#shared.memory,
      session,
      transport: session,
      bindSession: options.bindSession,
      route: (path) => this.#routes.find(path)?.value,
      body: session.body,
      draining: () => this.#draining.signal.aborted,
    });
    const { sockjs } = options;
    this.#sockjs = sockjs && new SockJsRouter(sockjs, this.#shared, this.#draining.signal);
    this.#sessionSockets = new SessionSocketEndpoint({
      clock: this.#clock,
      log: this.#log,
      body: session.body,
      attachTimeout: session.attachTimeout,
    });
    this.#stomp = new StompBackends(options.stomp, this.#shared);
    this.#flash = new Flash(options.flash, this.#shared);
    for (const route of options.routes) this.#addConfigured(route);
  }

  /** Sessions that are alive on a fallback. */
  get sessions(): number {
    return this.#registry.size;
  }

  /** Native connections and fallback sessions, those that are being opened among them. */
  get connections(): number {
    return this.#shared.connections.total;
  }

  /**
   * Adds a route whose backend is a program in this process: `handler` is called for each client with a socket used as one of `ws`. Throws a
   * `ConfigError` for a path that is taken or malformed.
   */
  route(path: string, handler: Handler, settings: Partial<HandlerOptions> = {}): this {
    const { session, routeDefaults } = this.options;
    const { maxBuffered } = session;
    const backend = handlerBackend(`handler of ${path}`, handler, { maxBuffered, ...settings });
    this.#add({ ...routeDefaults, path: resolveRoutePath(path), sameOrigin: false }, backend);
    return this;
  }

  /**
   * Serves on the address of the options, and the embedded broker and Flash's policies on their own ports if they have any. Rejects with Node's own
   * errors, such as EADDRINUSE.
   */
  async listen(): Promise<GatewayAddress> {
    const { listen, tls, http, connectionLimits } = this.options;
    const sockets = socketLimits(connectionLimits, descriptorLimit());
    const server = new HttpServer(
      { listen, tls, ...http, sockets },
      {
        request: requestListener(this, this.#proxies, this.#servePages()),
        upgrade: upgradeListener(
          this,
          this.#proxies,
          (request, socket, head) => ignoreUpgrade(server.node, request, socket, head),
          (_request, socket) => answerRaw(socket, 404, 'no such route'),
        ),
        proxies: this.#proxies,
        fastPath: {
          takes: (target) => isFallback(target) || this.#sockjs?.takes(target) === true,
          onRequest: (exchange) => this.onRequest(exchange),
          // Players ask for policies in the clear.
          onMarkup: tls === undefined ? this.#flash.onMarkup : undefined,
        },
      },
      this.#log,
    );
    this.#server = server;
    const stompPort = await this.#stomp.listen();
    try {
      const address = await server.listen();
      return { ...address, stompPort, policyPort: await this.#flash.listen(address.port) };
    } catch (error) {
      this.#stomp.close();
      await server.close(0);
      throw error;
    }
  }

  /**
   * Takes everything that is routed on a server that is there already; all other requests and upgrades go to the listeners it has now, or gets later. An upgrade that
   * nobody else listens for is a plain request, as it is without the gateway.
   */
  attach(server: Server): this {
    const others = server.listeners('request') as ((
      request: IncomingMessage,
      response: ServerResponse,
    ) => void)[];
    server.removeAllListeners('request');
    server.on(
      'request',
      requestListener(
        this,
        this.#proxies,
        (request, response) => {
          for (const listener of others) listener.call(server, request, response);
        },
        this.#isOurs,
      ),
    );
    const asPlain: UpgradeTaker = (request, socket, head) => ignoreUpgrade(server, request, socket, head);
    const otherwise: UpgradeTaker = (request, socket, head) => {
      // Whoever listens beside us is told of every upgrade anyway.
      if (server.listenerCount('upgrade') === 1) asPlain(request, socket, head);
    };
    server.on('upgrade', upgradeListener(this, this.#proxies, asPlain, otherwise, this.#isOurs));
    return this;
  }

  /**
   * Shim and fallback for an Express application, or anything that calls `(request, response, next)`. The demo stays out of it: it would take the
   * application's own `/`.
   */
  middleware(): (
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) => void {
    const pages = this.#servePages();
    return (request, response, next) => {
      const otherwise = (): void => {
        if (request.url?.startsWith('/shim/')) pages(request, response);
        else next();
      };
      requestListener(this, this.#proxies, otherwise, this.#isOurs)(request, response);
    };
  }

  /**
   * Drains: takes no new sessions, closes the live ones with 1001, and resolves when all are gone, after `grace` milliseconds at the latest.
   */
  async close(grace = this.options.grace): Promise<void> {
    this.#draining.abort();
    for (const native of this.#natives) native.drain();
    this.#registry.shutAll(GOING_AWAY);
    this.#stomp.close();
    this.#flash.close();
    const emptied = this.#whenEmpty();
    const end = this.#clock.now() + grace;
    await Promise.race([emptied, this.#after(grace - Math.min(LAST_WORDS, grace / 10))]);
    this.#registry.abandonAll();
    // What was said last is on its way.
    await this.#server?.close(Math.min(LAST_WORDS, Math.max(0, end - this.#clock.now())));
  }

  // --- requests ---

  onRequest(exchange: Exchange): boolean {
    if (!isFallback(exchange.path)) return this.#answerBelow(exchange);
    const address = parseFallbackPath(exchange.path);
    const route = address === undefined ? undefined : this.#routes.find(address.base)?.value;
    if (address === undefined || route === undefined) {
      if (address === undefined && this.#routes.find(exchange.path) === undefined) return false;
      refuse(exchange, PLAIN, new RequestError('GW_NO_ROUTE'), this.#log);
      return true;
    }
    try {
      this.#hosts.check(exchange.host);
      this.#endpoint.handle(exchange, address, route);
    } catch (error) {
      refuse(exchange, PLAIN, error, this.#log);
    }
    return true;
  }

  onUpgrade(upgrade: Upgrade): boolean {
    const address = isFallback(upgrade.path) ? parseFallbackPath(upgrade.path) : undefined;
    const route = this.#routes.find(address?.base ?? upgrade.path)?.value;
    if (route === undefined) return false;
    if (upgrade.method !== 'GET') {
      // RFC 6455 §4.1.
      upgrade.reply(405, { allow: 'GET' }, '');
      return true;
    }
    try {
      this.#hosts.check(upgrade.host);
      if (address !== undefined) this.#attachSocket(upgrade, address.token, address.action, route);
      else this.#connect(upgrade, route);
    } catch (error) {
      refuse(upgrade, {}, error, this.#log);
    }
    return true;
  }

  readonly #isOurs = (path: string): boolean => {
    const base = isFallback(path) ? parseFallbackPath(path)?.base : path;
    return base !== undefined && this.#routes.find(base) !== undefined;
  };

  /** A plain request of a route is SockJS, or there is nothing for it here. */
  #answerBelow(exchange: Exchange): boolean {
    const route = this.#routes.find(exchange.path)?.value;
    if (route === undefined) return false;
    try {
      this.#hosts.check(exchange.host);
      if (this.#sockjs?.onRequest(exchange, route) === true) return true;
    } catch (error) {
      refuse(exchange, PLAIN, error, this.#log);
      return true;
    }
    // The route of every path leaves the pages where they are.
    if (route.path === '' && !isHandshake(exchange)) return false;
    const headers = { ...PLAIN, upgrade: 'websocket', connection: 'upgrade' };
    refuse(exchange, headers, new RequestError('GW_UPGRADE'), this.#log);
    return true;
  }

  #connect(upgrade: Upgrade, route: Route): void {
    if (this.#draining.signal.aborted) throw new RequestError('GW_DRAINING');
    const native = this.#sockjs?.onUpgrade(upgrade, route) ?? route.connect(upgrade);
    this.#natives.add(native);
    native.finished.then(() => this.#natives.delete(native)).catch(() => {});
  }

  #attachSocket(upgrade: Upgrade, token: string | undefined, action: string, route: Route): void {
    const session = token === undefined || action !== 'websocket' ? undefined : this.#registry.find(token);
    if (session?.identity.route !== route.path || !mayUse(upgrade, session.identity.origin)) {
      throw new RequestError('GW_SESSION');
    }
    // It holds a descriptor, as a native connection does.
    const release = this.#shared.connections.take(upgrade.remoteAddress);
    upgrade.socket.once('close', release);
    this.#sessionSockets.accept(upgrade, session);
  }

  #servePages(): (request: IncomingMessage, response: ServerResponse) => void {
    const { root } = ownPackage();
    this.#pages ??= createPages({
      shim: join(root, 'dist', 'client-shim'),
      demo: this.options.demo ? join(root, 'legacy-demo') : undefined,
      flash: this.#flash.pages,
      framedBy: this.options.access.origins,
      healthy: () => !this.#draining.signal.aborted,
      hosts: this.#hosts,
      proxies: this.#proxies,
    });
    return this.#pages;
  }

  // --- routes ---

  #addConfigured(route: RouteOptions): void {
    const { backend } = route;
    if (backend.kind === 'echo') this.#add(route, echoBackend);
    else if (backend.kind === 'broker') this.#add(route, this.#stomp.broker(route));
    else if (backend.kind === 'relay') this.#add(route, this.#stomp.relay(route, backend));
    else this.#addUpstream(route, backend);
  }

  #addUpstream(route: RouteOptions, backend: WebSocketBackendOptions): void {
    const { secure, hostname, port, path } = backend;
    const { host, headers, ca, maxMessage, ping } = route;
    const target: UpstreamTarget = {
      secure,
      hostname,
      port,
      path,
      host,
      headers,
      ...(ca !== undefined && { ca }),
    };
    const { connectTimeout } = this.options;
    const upstream = upstreamBackend(target, { clock: this.#clock, connectTimeout, maxMessage, ping });
    // Frames are made whole by reading them: such a route is not spliced.
    if (route.stomp) this.#add(route, this.#stomp.framed(route, route.stomp, upstream));
    else this.#add(route, upstream, target);
  }

  #add(route: RouteBounds, backend: Backend, target?: UpstreamTarget): void {
    const origins = new OriginPolicy(route.sameOrigin ? [] : this.options.access.origins);
    const access: Access = { hosts: this.#hosts, origins };
    const context: RouteContext = {
      ...this.#shared,
      options: this.options,
      registry: this.#registry,
      access,
      draining: this.#draining.signal,
    };
    this.#routes.add(route.path, new Route(context, route, backend, target));
  }

  // --- the end ---

  #whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.#registry.endDelivered();
        if (this.#registry.size === 0 && this.#natives.size === 0) resolve();
        else this.#clock.setTimeout(look, 20);
      };
      look();
    });
  }

  #after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, milliseconds);
    });
  }
}

/** Makes a gateway of options. Throws a `ConfigError` whose message is one line: key path, value, what is allowed. */
export function createGateway(options: GatewayOptions = {}, parts?: GatewayParts): Gateway {
  return new Gateway(resolveOptions(options), parts);
}
