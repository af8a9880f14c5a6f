import { setMaxListeners } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { CookieBinding } from './access/cookie-binding.ts';
import { HostNames } from './access/hosts.ts';
import { OriginPolicy } from './access/origins.ts';
import type { Gateway, GatewayAddress, GatewayParts, Middleware } from './api.ts';
import { AppProxy } from './app/app-proxy.ts';
import { takeOwnPath } from './app/own-paths.ts';
import { tagOf } from './app/tag-of-app.ts';
import { createPageTagger } from './app/tag-pages.ts';
import type { Backend } from './backend/backend.ts';
import { type Handler, type HandlerOptions, handlerBackend } from './backend/handler.ts';
import type { UpstreamOptions } from './backend/upstream.ts';
import { AddressRates } from './base/address-rates.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { ConnectionCounts } from './base/connection-counts.ts';
import { Counters } from './base/counters.ts';
import { ConfigError } from './base/errors.ts';
import { LineFile } from './base/line-file.ts';
import { type Listen, type ListenAddress, listen } from './base/listen.ts';
import { createLog, type Log } from './base/log.ts';
import { MemoryBudget } from './base/memory-budget.ts';
import { ownPackage } from './base/package.ts';
import { RecentRefusals } from './base/recent-refusals.ts';
import { RefusalLog } from './base/refusal-log.ts';
import type { WrittenAs } from './base/remedy.ts';
import { reopenOnSignal } from './base/reopen-on-signal.ts';
import { type SeenHandshake, SeenHandshakes } from './base/seen-handshakes.ts';
import { TimerQueue } from './base/timer-queue.ts';
import type { Link } from './cluster/link.ts';
import { createNatsLink } from './cluster/nats-link.ts';
import { newNodeName } from './cluster/node-name.ts';
import type { GatewayOptions } from './config/options.ts';
import { refuseProgramOnly } from './config/program-only.ts';
import { higherBounds } from './config/remedies.ts';
import { resolveOptions } from './config/resolve.ts';
import { resolveRoutePath } from './config/resolve-routes.ts';
import type { ResolvedOptions } from './config/resolved.ts';
import { refuseLoops } from './config/route-loops.ts';
import { ONE_PROCESS, type Processes, partOf, type SharedBounds, shareOf } from './config/share.ts';
import { demoBackend } from './demo/backends.ts';
import { demoPages } from './demo/pages.ts';
import { demoRoutes } from './demo/routes.ts';
import { statusLink } from './demo/status-link.ts';
import { Flash } from './flash/flash.ts';
import { Cluster } from './forward/cluster.ts';
import { AccessLog } from './http/access-log.ts';
import { attachTo, type RequestTaker } from './http/attach.ts';
import { descriptorLimit } from './http/descriptors.ts';
import type { Exchange } from './http/exchange.ts';
import { TrustedProxies } from './http/forwarded.ts';
import { ignoreUpgrade } from './http/ignore-upgrade.ts';
import { type ListenerContext, requestListener, requestTaker, upgradeListener } from './http/listeners.ts';
import { HttpServer } from './http/server.ts';
import { socketLimits } from './http/socket-limits.ts';
import { NodeUpgrade } from './http/upgrade.ts';
import { handshakeKey, PendingHandshakes } from './native/pending-handshakes.ts';
import { createPages } from './pages/pages.ts';
import { CLOSES } from './protocol/close-table.ts';
import type { FindSeen } from './route/approach.ts';
import { appRouteOf, backendOf, type RouteBackend } from './route/backends.ts';
import { missingPage } from './route/no-route.ts';
import { Route, type RouteBounds } from './route/route.ts';
import { RouteTable } from './route/route-table.ts';
import { onlyFallbacks, Router } from './route/router.ts';
import { SockJs } from './route/sockjs.ts';
import { StompBackends } from './route/stomp-backends.ts';
import { withoutSecrets } from './route/without-secrets.ts';
import { Creations } from './session/creations.ts';
import { SessionRegistry } from './session/registry.ts';
import type { ProcessFacts } from './status/facts.ts';
import { aloneSource } from './status/gather.ts';
import { StatusServer } from './status/server.ts';
import { type Snapshot, Snapshots } from './status/snapshot.ts';
import type { BrokerProcess } from './stomp/broker/remote-broker.ts';
import { FallbackEndpoint } from './transport/endpoint.ts';
import { isFallback } from './transport/fallback-path.ts';
import { SessionFinder } from './transport/session-finder.ts';
import { SessionSocketEndpoint } from './transport/websocket.ts';

/** Shared by the rooms of one gateway. */
interface Shared {
  readonly clock: Clock;
  readonly log: Log;
  /** Counts what connections do. */
  readonly counters: Counters;
  /** Counts the bytes that are held on behalf of clients. */
  readonly memory: MemoryBudget;
  /** Counts native connections and fallback sessions. */
  readonly connections: ConnectionCounts;
  /** How fast an address may open connections; absent: as fast as it likes. */
  readonly rates: AddressRates | undefined;
  /** Aborted when the gateway drains. */
  readonly draining: AbortSignal;
}

/**
 * Milliseconds for answers to leave once all sessions have ended; never more than a tenth of the
 * grace time.
 */
const LAST_ANSWERS = 1_000;

/** Milliseconds between two looks whether sessions are left: while draining, and once retired. */
const DRAINING_LOOK = 20;
const RETIRED_LOOK = 500;

/** Who may use a route. */
interface RouteAccess {
  /** Origins that may connect beside the gateway's own. @default those of the options */
  readonly origins?: readonly string[];
  /** The route is that of the application. @default false */
  readonly isApp?: boolean;
}

/** Origins that may use the demo beside the gateway's own: none. */
const NO_OTHERS: readonly string[] = [];

/** What a process of several gives its gateway. */
export interface ProcessParts {
  /** How its servers get their connections. @default each opens its port */
  readonly listen?: Listen | undefined;
  /** Those that share the bounds of the options. @default this one alone */
  readonly processes?: Processes | undefined;
  /** Which process has the embedded brokers. @default this one */
  readonly broker?: BrokerProcess | undefined;
  /** Over which it reaches the others that are one gateway with it. @default there are none */
  readonly link?: Link | undefined;
  /** False: the sessions of its clients are made by the others. @default true */
  readonly ownsSessions?: boolean | undefined;
  /** False: another process answers for this one. @default true */
  readonly servesStatus?: boolean | undefined;
}

/** A gateway that is one of several processes, or is replaced by another one. */
export interface ProcessGateway extends Gateway {
  /**
   * Leaves its ports to others, and keeps what it has: sessions, native connections, requests under
   * way. Each TCP connection ends with its next answer, or when it has been idle for `keepAlive`.
   * Resolves when nothing is left.
   */
  retire(): Promise<void>;
  /** All that it counts, for whoever answers for all processes. */
  snapshot(): Promise<Snapshot>;
}

/** A gateway for the WebSocket servers that are on an HTTP server already. */
export interface FallbackGateway extends Gateway {
  /**
   * Takes the fallbacks of every path on `server`, and the shim below `/shim`. Native clients are
   * left to the server's own listeners.
   */
  attachFallbacks(server: Server, backendFor: (options: UpstreamOptions) => Backend): void;
}

/** Puts the rooms together: the only class that knows all of them. */
class ComposedGateway implements FallbackGateway, ProcessGateway {
  readonly #options: ResolvedOptions;
  readonly #processes: Processes;
  /** The part of the options' bounds that this process has. */
  readonly #bounds: SharedBounds;
  readonly #shared: Shared;
  readonly #hosts: HostNames;
  readonly #proxies: TrustedProxies;
  readonly #registry: SessionRegistry;
  readonly #creations = new Creations();
  readonly #handshakes: PendingHandshakes;
  readonly #seen: SeenHandshakes;
  readonly #sockjs: SockJs | undefined;
  readonly #cluster: Cluster | undefined;
  readonly #routes = new RouteTable<Route>();
  readonly #stomp: StompBackends;
  readonly #flash: Flash;
  readonly #app: AppProxy | undefined;
  /** Where an application is: its names, too, lead to the gateway. */
  readonly #appHosts: HostNames;
  readonly #router: Router;
  readonly #draining = new AbortController();
  readonly #log: RefusalLog;
  readonly #refusals: RecentRefusals;
  readonly #snapshots: Snapshots;
  readonly #status: StatusServer | undefined;
  /** Where this process or its supervisor serves it; undefined: nowhere, or not known yet. */
  #statusAddress: ListenAddress | undefined;
  readonly #listen: Listen;
  #closeAccessLog = (): void => {};
  #server: HttpServer | undefined;
  #pages: ReturnType<typeof createPages> | undefined;

  constructor(
    options: ResolvedOptions,
    parts: GatewayParts,
    writtenAs: WrittenAs,
    parentParts: ProcessParts = {},
  ) {
    const { listen: via = listen, processes = ONE_PROCESS, broker, link: given } = parentParts;
    const { ownsSessions, servesStatus = true } = parentParts;
    const { log = createLog(options.log) } = parts;
    const clock = new TimerQueue(parts.clock ?? systemClock);
    const self = given?.self ?? newNodeName(options.node);
    this.#options = options;
    this.#listen = via;
    this.#processes = processes;
    this.#bounds = shareOf(options, processes);
    const wording = { writtenAs, bounds: higherBounds(options) };
    const counters = new Counters();
    this.#refusals = new RecentRefusals(clock, wording);
    this.#log = RefusalLog.of(log, clock, wording, {
      refused: (refusal, route) => {
        counters.refused(String(refusal.fields.code));
        this.#refusals.add(refusal, route);
      },
      failed: () => {
        counters.internalErrors++;
      },
    });
    this.#shared = {
      clock,
      log: this.#log,
      counters,
      memory: new MemoryBudget(this.#bounds.memoryLimits),
      connections: new ConnectionCounts(this.#bounds.connectionLimits),
      rates: options.createRate && new AddressRates(options.createRate, clock),
      draining: this.#draining.signal,
    };
    this.#hosts = new HostNames(options.access.hosts);
    this.#proxies = new TrustedProxies(options.access.trustedProxies, options.access.userHeader);
    this.#registry = new SessionRegistry(this.#bounds.sessionLimits, self);
    const binding = new CookieBinding(options.bindSession);
    const sessions = new SessionFinder(this.#registry, binding);
    this.#handshakes = new PendingHandshakes(clock);
    this.#seen = new SeenHandshakes(clock);
    this.#sockjs = options.sockjs && new SockJs(options.sockjs, { ...this.#shared, binding });
    const link =
      given ?? (options.cluster && createNatsLink({ self, cluster: options.cluster, log: this.#log }));
    this.#cluster = link && this.#createCluster(link, sessions, ownsSessions);
    // There is one listener for each backend that is being dialled.
    setMaxListeners(0, this.#draining.signal);
    this.#stomp = new StompBackends(options.stomp, this.#shared, broker);
    this.#flash = new Flash(options.flash, this.#shared);
    this.#appHosts = options.app?.anyHost === true ? new HostNames(['*']) : this.#hosts;
    this.#app = this.#createApp();
    this.#router = this.#createRouter(sessions);
    const { connectTimeout } = options;
    const backends = { clock, log: this.#log, stomp: this.#stomp, connectTimeout };
    for (const route of options.routes) this.#add(route, backendOf(route, backends));
    const appRoute = options.app && appRouteOf(options.app, options.routeDefaults);
    if (appRoute !== undefined) this.#add(appRoute, backendOf(appRoute, backends), { isApp: true });
    this.#snapshots = new Snapshots(ownPackage().version, clock, () => this.#facts());
    this.#statusAddress = options.status?.port === 0 ? undefined : options.status;
    this.#status = servesStatus && options.status !== undefined ? this.#createStatus() : undefined;
    for (const route of demoRoutes(options)) {
      this.#add(route, { backend: demoBackend(route, this.#shared, broker) }, { origins: NO_OTHERS });
    }
  }

  get sessions(): number {
    return this.#registry.size;
  }

  get connections(): number {
    return this.#shared.connections.total;
  }

  route(path: string, handler: Handler, settings: Partial<HandlerOptions> = {}): this {
    const { session, routeDefaults, connectTimeout } = this.#options;
    const options = { maxBuffered: session.maxBuffered, ...settings };
    const context = { ...this.#shared, connectTimeout };
    const backend = handlerBackend(`handler of ${path}`, handler, options, context);
    this.#add({ ...routeDefaults, path: resolveRoutePath(path) }, { backend });
    return this;
  }

  async listen(): Promise<GatewayAddress> {
    refuseLoops(this.#options);
    await this.#cluster?.start();
    const server = this.#createServer();
    this.#server = server;
    const stompPort = await this.#stomp.listen(this.#listen);
    try {
      const status = await this.#listenForStatus();
      const address = await server.listen(this.#listen);
      const policyPort = await this.#flash.listen(address.port, this.#listen);
      return { ...address, stompPort, policyPort, statusPort: status?.port };
    } catch (error) {
      this.#status?.close();
      this.#stomp.close();
      await server.close(0);
      throw error;
    }
  }

  attach(server: Server): this {
    refuseApp(this.#app, 'attach');
    this.#join();
    attachTo(server, this.#listenerContext(true));
    return this;
  }

  attachFallbacks(server: Server, backendFor: (options: UpstreamOptions) => Backend): void {
    const { connectTimeout, routeDefaults } = this.#options;
    const { maxMessage } = routeDefaults;
    const { clock } = this.#shared;
    const backend = backendFor({ clock, connectTimeout, maxMessage, ping: 0 });
    this.#add({ ...routeDefaults, path: '' }, { backend });
    this.#join();
    const context = this.#listenerContext(true);
    attachTo(
      server,
      { ...context, isOurs: isFallback, handler: onlyFallbacks(context.handler) },
      this.#shim(),
    );
  }

  middleware(): Middleware {
    refuseApp(this.#app, 'middleware');
    this.#join();
    const takeRequest = requestTaker(this.#listenerContext(true));
    const takePage = this.#shim();
    return (request, response, next) => {
      if (!takeRequest(request, response) && !takePage(request, response)) next();
    };
  }

  async retire(): Promise<void> {
    this.#cluster?.retire();
    this.#stomp.retire();
    this.#flash.retire();
    await this.#server?.retire();
    await this.#until(() => this.#isEmpty(), RETIRED_LOOK);
  }

  async close(grace = this.#options.grace): Promise<void> {
    const { clock } = this.#shared;
    this.#draining.abort();
    this.#cluster?.retire();
    this.#cluster?.drain();
    this.#router.drain();
    this.#registry.shutAll(CLOSES.goingAway);
    this.#stomp.close();
    this.#flash.close();
    const emptied = this.#until(() => {
      this.#registry.endDelivered();
      return this.#isEmpty();
    }, DRAINING_LOOK);
    const end = clock.now() + grace;
    await Promise.race([emptied, this.#after(grace - Math.min(LAST_ANSWERS, grace / 10))]);
    this.#registry.abandonAll();
    for (const route of this.#routes.values) route.close();
    await this.#server?.close(Math.min(LAST_ANSWERS, Math.max(0, end - clock.now())));
    await this.#cluster?.close();
    this.#status?.close();
    this.#snapshots.close();
    this.#closeAccessLog();
    this.#log.flush();
  }

  /** Reaches the other nodes, where nothing waits for that. Until then their clients wait. */
  #join(): void {
    this.#cluster?.start().catch((error: Error) => {
      this.#log.error('other nodes cannot be reached', { code: 'GW_INTERNAL', reason: error.message });
    });
  }

  // --- status ---

  snapshot(): Promise<Snapshot> {
    return this.#snapshots.take();
  }

  #createStatus(): StatusServer {
    const source = aloneSource(() => this.snapshot());
    const { clock, log } = this.#shared;
    return new StatusServer({ source, log, clock, hosts: this.#hosts });
  }

  async #listenForStatus(): Promise<ListenAddress | undefined> {
    const { status } = this.#options;
    const address = status && (await this.#status?.listen(status));
    if (address !== undefined) this.#statusAddress = address;
    return address;
  }

  #facts(): ProcessFacts {
    const { counters, memory } = this.#shared;
    return {
      counters,
      routes: [...this.#routes.values].map(({ path, backendName }) => ({
        route: path || '/',
        backend: backendName,
      })),
      sessions: [...this.#registry.sessions].map(({ identity, holdings }) => ({
        route: identity.route,
        ...holdings,
      })),
      refusals: this.#refusals.list(),
      memory: { held: memory.held, limit: this.#bounds.memoryLimits.memory },
      links: this.#cluster?.links,
      forwarded: this.#cluster?.exchanges,
      appRequests: this.#app?.active,
      broker: this.#stomp.holdings,
      isDraining: this.#draining.signal.aborted,
    };
  }

  // --- composition ---

  #createCluster(link: Link, sessions: SessionFinder, ownsSessions: boolean | undefined): Cluster {
    const { clock, log, memory, draining } = this.#shared;
    return new Cluster(link, {
      ...{ clock, log, memory, sessions, ownsSessions },
      body: this.#options.transport.maxBody,
      draining: () => draining.aborted,
      answering: {
        onForwarded: (exchange) => this.#router.onForwarded(exchange),
        onForwardedMember: (exchange) => this.#router.onForwardedMember(exchange),
        onForwardedUpgrade: (upgrade) => this.#router.onForwardedUpgrade(upgrade),
      },
      holdings: {
        hasNonce: (nonce) => this.#creations.has(nonce),
        hasHandshake: (key) => this.#handshakes.hasKey(key),
        seenHandshake: (key) => this.#seen.find(key),
        hasSockJs: (key) => this.#sockjs?.holds(key) === true,
      },
    });
  }

  #createRouter(sessions: SessionFinder): Router {
    const { session, transport } = this.#options;
    const { clock, log, memory, draining } = this.#shared;
    const handshakes = this.#handshakes;
    return new Router(this.#routes, {
      ...this.#shared,
      hosts: this.#hosts,
      handshakes,
      seen: this.#seen,
      sessions,
      cluster: this.#cluster,
      fallback: new FallbackEndpoint({
        memory,
        sessions,
        handshakes: { find: (exchange, report) => this.#findHandshake(exchange, report) },
        creations: this.#creations,
        session,
        transport,
        route: (path) => this.#routes.find(path)?.value,
        distant: (token, exchange) => this.#cluster?.entry.member(token, exchange),
        body: transport.maxBody,
        node: this.#cluster?.self,
        draining: () => draining.aborted,
      }),
      sessionSockets: new SessionSocketEndpoint({
        clock,
        log,
        memory,
        body: transport.maxBody,
        attachTimeout: session.attachTimeout,
      }),
      sockjs: this.#sockjs,
    });
  }

  #findHandshake(exchange: Exchange, report: (isPending: boolean) => void): void {
    const isPending = this.#handshakes.has(exchange);
    if (isPending || this.#cluster === undefined) report(isPending);
    else this.#cluster.findHandshake(handshakeKey(exchange), report);
  }

  /** Asks the other nodes what this one does not know. */
  #findSeen(key: string, report: (seen: SeenHandshake | undefined) => void): void {
    const seen = this.#seen.find(key);
    if (seen !== undefined || this.#cluster === undefined) report(seen);
    else this.#cluster.findSeen(key, report);
  }

  #createServer(): HttpServer {
    const { listen, tls, http } = this.#options;
    const sockets = socketLimits(this.#bounds.connectionLimits, descriptorLimit());
    const context = this.#listenerContext(false);
    const accessLog = this.#openAccessLog();
    const server: HttpServer = new HttpServer(
      { listen, tls, ...http, sockets },
      {
        request: requestListener(context, this.#serveOthers()),
        isPassedOn: this.#app && ((request) => this.#router.isForApp(request.url ?? '')),
        upgrade: upgradeListener(
          context,
          (request, socket, head) => {
            const isForApp = this.#router.isForApp(request.url ?? '');
            if (isForApp && this.#app?.handleUpgrade(request, socket, head)) return;
            ignoreUpgrade(server.node, request, socket, head);
          },
          (request, socket, head) =>
            this.#router.refuseUpgrade(new NodeUpgrade(request, socket, head, this.#proxies)),
        ),
        proxies: this.#proxies,
        fastPath: {
          memory: this.#shared.memory,
          takes: this.#router.isFrequent,
          onRequest: (exchange) => this.#router.onRequest(accessLog?.watch(exchange) ?? exchange),
          // Players send policy requests unencrypted.
          onMarkup: tls === undefined ? this.#flash.onMarkup : undefined,
        },
      },
      this.#shared.log,
    );
    if (accessLog !== undefined) {
      server.node.prependListener('request', accessLog.onRequest);
      server.node.prependListener('upgrade', accessLog.onUpgrade);
    }
    return server;
  }

  /** Throws a `ConfigError` if its file cannot be opened. */
  #openAccessLog(): AccessLog | undefined {
    const { accessLog, access } = this.#options;
    if (accessLog === undefined) return undefined;
    const file = new LineFile(accessLog, 'accessLog', this.#log);
    const ignore = reopenOnSignal(file);
    this.#closeAccessLog = () => {
      ignore();
      file.close();
    };
    return new AccessLog({
      write: (line) => file.write(line),
      proxies: this.#proxies,
      userHeader: access.userHeader,
      withoutSecrets,
    });
  }

  /** `isShared`: other listeners have requests on the same server. */
  #listenerContext(isShared: boolean): ListenerContext {
    const handler = this.#router;
    const context = { handler, proxies: this.#proxies, log: this.#shared.log };
    return isShared ? { ...context, isOurs: handler.isOurs } : context;
  }

  #createApp(): AppProxy | undefined {
    const { app, connectTimeout } = this.#options;
    if (app === undefined) return undefined;
    const { clock, log, connections } = this.#shared;
    return new AppProxy(app, {
      clock,
      log,
      connectTimeout,
      proxies: this.#proxies,
      hosts: app.anyHost ? undefined : this.#hosts,
      tagger: app.inject ? createPageTagger({ ...tagOf(app), log }) : undefined,
      takePlace: (address) => connections.take(address),
    });
  }

  /** What belongs to no route: the application's, or a page of the gateway. */
  #serveOthers(): (request: IncomingMessage, response: ServerResponse) => void {
    const pages = this.#servePages();
    const app = this.#app;
    if (app === undefined) return pages;
    const { prefix = '' } = this.#options.app ?? {};
    return (request, response) => {
      if (takeOwnPath(request, prefix)) pages(request, response);
      else app.handle(request, response);
    };
  }

  #servePages(): (request: IncomingMessage, response: ServerResponse) => void {
    const { root, version } = ownPackage();
    this.#pages ??= createPages({
      shim: { folder: join(root, 'dist', 'client-shim'), version, framers: this.#options.access.origins },
      demo: this.#options.demo ? demoPages(join(root, 'legacy-demo'), join(root, 'dist', 'demo')) : [],
      statusLink: this.#options.demo
        ? statusLink({ at: () => this.#statusAddress, proxies: this.#proxies })
        : undefined,
      flash: this.#flash.pages,
      missing: (path) => missingPage(path, this.#routes.paths),
      healthy: () => !this.#draining.signal.aborted,
      hosts: this.#appHosts,
      proxies: this.#proxies,
      log: this.#shared.log,
    });
    return this.#pages;
  }

  #shim(): RequestTaker {
    const pages = this.#servePages();
    return (request, response) => {
      const isOurs = isShim(request.url ?? '');
      if (isOurs) pages(request, response);
      return isOurs;
    };
  }

  #add(bounds: RouteBounds, backend: RouteBackend, { origins, isApp = false }: RouteAccess = {}): void {
    const access = { origins: new OriginPolicy(origins ?? this.#options.access.origins) };
    const hosts = isApp ? this.#appHosts : this.#hosts;
    const common = { ...this.#shared, options: this.#options, registry: this.#registry };
    const findSeen: FindSeen = (key, report) => this.#findSeen(key, report);
    const context = { ...common, access, hosts, isApp, findSeen };
    const maxSessions = partOf(bounds.maxSessions, this.#processes.workers);
    this.#routes.add(bounds.path, new Route(context, { ...bounds, maxSessions }, backend));
  }

  // --- the end ---

  /** Looks every `interval` milliseconds. */
  #until(condition: () => boolean, interval: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (condition()) resolve();
        else this.#shared.clock.setTimeout(look, interval);
      };
      look();
    });
  }

  #isEmpty(): boolean {
    const exchanges = (this.#app?.active ?? 0) + (this.#cluster?.exchanges ?? 0);
    return this.#registry.size === 0 && this.#router.natives === 0 && exchanges === 0;
  }

  #after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#shared.clock.setTimeout(resolve, milliseconds);
    });
  }
}

/**
 * Makes a gateway. Throws a `ConfigError` if options are wrong; its message has one line for each:
 * key path, value, what is allowed. A program has no demo unless it says `demo: true`.
 */
export function createGateway(options: GatewayOptions = {}, parts: GatewayParts = {}): Gateway {
  refuseProgramOnly(options);
  return composeGateway(resolveOptions({ ...options, demo: options.demo ?? false }), parts, () => ({
    call: (entry) => `createGateway({ ${entry} })`,
  }));
}

/**
 * Makes a gateway of options that are resolved already. `writtenAs`: how the log names an option
 * that is to be added. `worker`: what it needs as one of several processes.
 */
export function composeGateway(
  options: ResolvedOptions,
  parts: GatewayParts,
  writtenAs: WrittenAs,
  process: ProcessParts = {},
): ProcessGateway {
  return new ComposedGateway(options, parts, writtenAs, process);
}

/** Makes a gateway for `attachFallbacks`. */
export function composeFallbacks(options: GatewayOptions): FallbackGateway {
  refuseProgramOnly(options);
  const resolved = resolveOptions({ ...options, routes: [], demo: false, sockjs: false });
  return new ComposedGateway(resolved, {}, () => ({
    call: (entry) => `new WebSocketServer({ fallback: { ${entry} } })`,
  }));
}

/** Whether a request is for what `attachFallbacks` serves. */
export function isForFallbacks(url: string): boolean {
  return isShim(url) || isFallback(url);
}

function refuseApp(app: AppProxy | undefined, call: string): void {
  if (app === undefined) return;
  throw new ConfigError(
    'GW_CONFIG',
    `app is for listen(): with ${call}() the server has its own application`,
  );
}

function isShim(url: string): boolean {
  return url.startsWith('/shim/');
}
