import type { HostNames } from '../access/hosts.ts';
import type { ConnectionCounts } from '../base/connection-counts.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SeenHandshakes } from '../base/seen-handshakes.ts';
import type { Cluster } from '../forward/cluster.ts';
import type { Answering } from '../forward/owner.ts';
import type { Exchange, RequestHead } from '../http/exchange.ts';
import type { RequestHandler } from '../http/listeners.ts';
import { PLAIN } from '../http/plain.ts';
import { logRefusal, refuse } from '../http/refuse.ts';
import { parseTarget } from '../http/target.ts';
import type { Upgrade } from '../http/upgrade.ts';
import type { PendingHandshakes } from '../native/pending-handshakes.ts';
import type { FallbackEndpoint } from '../transport/endpoint.ts';
import { type FallbackAddress, isFallback, parseFallbackPath } from '../transport/fallback-path.ts';
import type { SessionFinder } from '../transport/session-finder.ts';
import type { SessionSocketEndpoint } from '../transport/websocket.ts';
import { AcceptedHeads } from './accepted-heads.ts';
import { saw } from './approach.ts';
import { Natives } from './natives.ts';
import { noRoute, plainHttp, upgradeRequired } from './no-route.ts';
import { addressOf, hostsOf, logOf, type Purpose, purposeOf } from './request-purpose.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './route-table.ts';
import type { SockJs } from './sockjs.ts';

export interface RouterContext {
  readonly log: Log;
  /** For what belongs to no route. */
  readonly hosts: HostNames;
  readonly connections: ConnectionCounts;
  readonly handshakes: PendingHandshakes;
  /** What became of handshakes, for the fallbacks that follow them. */
  readonly seen: SeenHandshakes;
  readonly sessions: SessionFinder;
  readonly fallback: Pick<FallbackEndpoint, 'handle' | 'later' | 'refuse' | 'attachMember'>;
  readonly sessionSockets: Pick<SessionSocketEndpoint, 'accept'>;
  /** Absent: SockJS is not answered. */
  readonly sockjs: SockJs | undefined;
  /** Decides which node answers; absent: the gateway has one. */
  readonly cluster: Pick<Cluster, 'entry' | 'sockjs'> | undefined;
  /** Aborted when the gateway drains. */
  readonly draining: AbortSignal;
}

/** Leads each request below a route to the endpoint that it is for. */
export class Router implements RequestHandler, Answering {
  readonly #context: RouterContext;
  readonly #routes: RouteTable<Route>;
  readonly #accepted: AcceptedHeads<Route>;
  readonly #natives: Natives;

  constructor(routes: RouteTable<Route>, context: RouterContext) {
    this.#routes = routes;
    this.#accepted = new AcceptedHeads(routes);
    this.#context = context;
    this.#natives = new Natives(context);
  }

  /** Native connections that are open or being opened. */
  get natives(): number {
    return this.#natives.size;
  }

  /** Refuses the handshakes that are under way, and closes native connections with 1001. */
  drain(): void {
    this.#natives.drain();
  }

  /**
   * Whether a path belongs to a route: other listeners on the same server then do not get the
   * request.
   */
  readonly isOurs = (path: string): boolean => {
    const base = isFallback(path) ? parseFallbackPath(path)?.base : path;
    return base !== undefined && this.#routes.find(base) !== undefined;
  };

  /** Whether a request of this target is for the fast path. */
  readonly isFrequent = (target: string): boolean =>
    isFallback(target) || this.#context.sockjs?.isFrequent(target) === true;

  /** Whether a request of this target is the application's. */
  isForApp(target: string): boolean {
    const { path = target } = parseTarget(target) ?? {};
    const [plain = ''] = path.split('?', 1);
    const base = isFallback(plain) ? (parseFallbackPath(plain)?.base ?? plain) : plain;
    return this.#routes.find(base)?.value.isApp === true && parseFallbackPath(plain) === undefined;
  }

  onRequest(exchange: Exchange): boolean {
    const known = this.#accepted.find(exchange);
    if (known !== undefined) return this.#guard(exchange, known, () => this.#serve(exchange, known));
    const purpose = this.#purposeOf(exchange, false);
    // A handshake whose Upgrade was taken away has its key.
    if (purpose.kind === 'app' || purpose.kind === 'websocket') {
      if (exchange.header('sec-websocket-key') !== undefined) saw(this.#context.seen, exchange, 'stripped');
    }
    if (purpose.kind === 'other' || purpose.kind === 'app') return false;
    return this.#guard(exchange, purpose, () => {
      const { hosts } = this.#context;
      // Its owner may have a route that this node has not.
      if (purpose.kind === 'no-route' && hosts.refusal(exchange.host) === undefined) {
        if (this.#isForwarded(exchange, purpose)) return true;
      }
      if (purpose.kind === 'no-route') throw noRoute(exchange.path, this.#routes.paths);
      hostsOf(purpose, hosts).check(exchange.host);
      if (purpose.kind === 'fallback' || purpose.kind === 'sockjs') this.#accepted.keep(exchange, purpose);
      return this.#serve(exchange, purpose);
    });
  }

  #serve(exchange: Exchange, purpose: Purpose<Route>): boolean {
    return this.#isForwarded(exchange, purpose) || this.#answer(exchange, purpose);
  }

  /** Answers a request that another node got. That node has checked its `Host`. */
  onForwarded(exchange: Exchange): void {
    const purpose = this.#purposeOf(exchange, false);
    this.#answerHere(exchange, purpose);
  }

  /** Attaches a session of this node to a carrier that another node writes (PROTOCOL.md §10). */
  onForwardedMember(exchange: Exchange): void {
    this.#context.fallback.attachMember(exchange, parseFallbackPath(exchange.path)?.action ?? '');
  }

  /** Whether another node answers, or may: that is found out by the body. */
  #isForwarded(exchange: Exchange, purpose: Purpose<Route>): boolean {
    const { cluster } = this.#context;
    if (cluster === undefined) return false;
    const here = (read: Exchange, error?: RequestError): void => this.#answerHere(read, purpose, error);
    if (purpose.kind === 'sockjs') {
      const { address, route } = purpose;
      return address.kind === 'session' && cluster.sockjs.takes(exchange, address, route.maxMessage, here);
    }
    const address = addressOf(purpose, exchange);
    return address !== undefined && cluster.entry.takes(exchange, address, here);
  }

  /** Answers a request that no other node is to get; with an error: that none can. */
  #answerHere(exchange: Exchange, purpose: Purpose<Route>, error?: RequestError): void {
    const isAnswered = this.#guard(exchange, purpose, () => {
      if (error === undefined) return this.#answer(exchange, purpose);
      if (purpose.kind !== 'fallback') throw error;
      this.#context.fallback.later(exchange, purpose.address, purpose.route, error);
      return true;
    });
    if (!isAnswered) refuse(exchange, PLAIN, new RequestError('GW_NO_ROUTE'), this.#context.log);
  }

  /** Answers with what `act` throws. */
  #guard(exchange: Exchange, purpose: Purpose<Route>, act: () => boolean): boolean {
    const { log, fallback } = this.#context;
    try {
      return act();
    } catch (error) {
      const address = isFallback(exchange.path) ? parseFallbackPath(exchange.path) : undefined;
      if (address !== undefined) fallback.refuse(exchange, address, error, logOf(purpose, log));
      else refuse(exchange, PLAIN, error, logOf(purpose, log));
      return true;
    }
  }

  #answer(exchange: Exchange, purpose: Purpose<Route>): boolean {
    const { fallback, sockjs } = this.#context;
    switch (purpose.kind) {
      case 'no-route':
        throw noRoute(exchange.path, this.#routes.paths);
      case 'fallback':
        fallback.handle(exchange, purpose.address, purpose.route);
        return true;
      case 'sockjs':
        sockjs?.handle(exchange, purpose.address, purpose.route);
        return true;
      case 'not-sockjs':
        throw new RequestError('GW_SOCKJS');
      case 'application':
        refuse(exchange, UPGRADE_REQUIRED, plainHttp(purpose.isSocketIo), purpose.route.log);
        return true;
      case 'websocket':
        refuse(
          exchange,
          UPGRADE_REQUIRED,
          upgradeRequired(exchange, sockjs === undefined),
          purpose.route.log,
        );
        return true;
      default:
        return false;
    }
  }

  onUpgrade(upgrade: Upgrade): boolean {
    const purpose = this.#purposeOf(upgrade, true);
    if (purpose.kind === 'other') return false;
    const log = logOf(purpose, this.#context.log);
    if (upgrade.method !== 'GET') {
      // RFC 6455 §4.1.
      logRefusal(log, upgrade, new RequestError('GW_METHOD'));
      upgrade.reply(405, { allow: 'GET' }, '');
      return true;
    }
    const refused = (): void => {
      if (purpose.kind === 'websocket') saw(this.#context.seen, upgrade, 'refused');
    };
    const act = (): void => {
      hostsOf(purpose, this.#context.hosts).check(upgrade.host);
      if (purpose.kind === 'fallback') this.#attachSocket(upgrade, purpose.address, purpose.route);
      else this.#connect(upgrade, purpose);
    };
    this.#guardUpgrade(upgrade, log, act, refused);
    return true;
  }

  /** Answers an Upgrade that another node got. That node has checked its `Host`. */
  onForwardedUpgrade(upgrade: Upgrade): void {
    const purpose = this.#purposeOf(upgrade, true);
    this.#guardUpgrade(upgrade, logOf(purpose, this.#context.log), () => {
      if (purpose.kind !== 'fallback') throw new RequestError('GW_SESSION');
      this.#acceptSocket(upgrade, purpose.address, purpose.route);
    });
  }

  #guardUpgrade(upgrade: Upgrade, log: Log, act: () => void, refused?: () => void): void {
    try {
      act();
    } catch (error) {
      refused?.();
      refuse(upgrade, {}, error, log);
    }
  }

  /** Refuses an Upgrade that belongs to no route. */
  refuseUpgrade(upgrade: Upgrade): void {
    refuse(upgrade, {}, noRoute(upgrade.path, this.#routes.paths), this.#context.log);
  }

  #connect(upgrade: Upgrade, purpose: Purpose<Route>): void {
    const { draining, sockjs } = this.#context;
    if (draining.aborted) throw new RequestError('GW_DRAINING');
    if (purpose.kind === 'websocket') this.#natives.add(upgrade, purpose.route.natives.connect(upgrade));
    else if (purpose.kind === 'sockjs' && sockjs !== undefined) {
      this.#natives.add(upgrade, sockjs.connect(upgrade, purpose.address, purpose.route));
    }
  }

  /** A WebSocket that carries a fallback session, of this node or of another. */
  #attachSocket(upgrade: Upgrade, address: FallbackAddress, route: Route): void {
    const { cluster } = this.#context;
    const { token, action } = address;
    if (cluster !== undefined && token !== undefined && action === 'websocket') {
      if (cluster.entry.takesUpgrade(upgrade, token, (error) => refuse(upgrade, {}, error, route.log)))
        return;
    }
    this.#acceptSocket(upgrade, address, route);
  }

  #acceptSocket(upgrade: Upgrade, { token, action }: FallbackAddress, route: Route): void {
    const { sessions, connections, sessionSockets } = this.#context;
    const isNamed = token !== undefined && action === 'websocket';
    const session = isNamed ? sessions.find(token, route.path, upgrade) : undefined;
    if (session === undefined) throw new RequestError('GW_SESSION');
    // It holds a descriptor, as a native connection does.
    const release = connections.take(upgrade.remoteAddress);
    upgrade.socket.once('close', release);
    sessionSockets.accept(upgrade, session);
  }

  #purposeOf(head: RequestHead, isUpgrade: boolean): Purpose<Route> {
    return purposeOf(head, isUpgrade, this.#routes, this.#context.sockjs !== undefined);
  }
}

/** RFC 9110 §15.5.22. */
const UPGRADE_REQUIRED = { ...PLAIN, upgrade: 'websocket', connection: 'upgrade' };

/** Leaves all but the fallback protocol to others. */
export function onlyFallbacks(handler: RequestHandler): RequestHandler {
  return {
    onRequest: (exchange) => isFallback(exchange.path) && handler.onRequest(exchange),
    onUpgrade: (upgrade) => isFallback(upgrade.path) && handler.onUpgrade(upgrade),
  };
}
