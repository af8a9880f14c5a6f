import type { HostNames } from '../access/hosts.ts';
import type { Log } from '../base/log.ts';
import type { RequestHead } from '../http/exchange.ts';
import { type FallbackAddress, isFallback, parseFallbackPath } from '../transport/fallback-path.ts';
import { parseSockJsPath, type SockJsAddress } from '../transport/sockjs/path.ts';
import type { RouteTable } from './route-table.ts';

/** What a request is for. */
export type Purpose<Route> =
  /** No route has this path. */
  | { readonly kind: 'other' }
  /** Plain HTTP of the application that the gateway stands before. */
  | { readonly kind: 'app' }
  /** A page: the route of every path leaves it to the pages. */
  | { readonly kind: 'page' }
  /** Below `_fallback`, but of no route or no known version. */
  | { readonly kind: 'no-route' }
  | { readonly kind: 'fallback'; readonly route: Route; readonly address: FallbackAddress }
  | { readonly kind: 'sockjs'; readonly route: Route; readonly address: SockJsAddress }
  /** Below a route that answers SockJS, but at none of its addresses. */
  | { readonly kind: 'not-sockjs'; readonly route: Route }
  /** Plain HTTP of an application, which a route does not pass on. */
  | { readonly kind: 'application'; readonly route: Route; readonly isSocketIo: boolean }
  /** The WebSocket address of the route itself. */
  | { readonly kind: 'websocket'; readonly route: Route };

/** A route, as far as the purpose of a request depends on it. */
export interface PurposeRoute {
  readonly path: string;
  /**
   * It is that of a whole application, which owns its paths: plain HTTP is passed on. @default
   * false
   */
  readonly isApp?: boolean;
}

type PurposeHead = Pick<RequestHead, 'path' | 'query' | 'header'>;

/** Says what a request is for. `answersSockJs`: routes answer the SockJS protocol. */
export function purposeOf<Route extends PurposeRoute>(
  head: PurposeHead,
  isUpgrade: boolean,
  routes: Pick<RouteTable<Route>, 'find'>,
  answersSockJs: boolean,
): Purpose<Route> {
  const { path } = head;
  const isBelowMark = isFallback(path);
  const address = isBelowMark ? parseFallbackPath(path) : undefined;
  const route = routes.find(address?.base ?? path)?.value;
  if (address !== undefined && route !== undefined) return { kind: 'fallback', route, address };
  if (route?.isApp === true) return isUpgrade ? { kind: 'websocket', route } : { kind: 'app' };
  if (isBelowMark && !isUpgrade) {
    return { kind: address === undefined && route === undefined ? 'other' : 'no-route' };
  }
  if (route === undefined) return { kind: 'other' };
  const sockjs = answersSockJs ? parseSockJsPath(path, route.path) : undefined;
  if (!isUpgrade) return plainPurpose(head, route, sockjs, answersSockJs);
  const isSockJs = sockjs !== undefined && takesWebSocket(sockjs);
  return isSockJs ? { kind: 'sockjs', route, address: sockjs } : { kind: 'websocket', route };
}

function plainPurpose<Route extends PurposeRoute>(
  head: PurposeHead,
  route: Route,
  sockjs: SockJsAddress | undefined,
  answersSockJs: boolean,
): Purpose<Route> {
  if (isSocketIo(head, route.path)) return { kind: 'application', route, isSocketIo: true };
  if (sockjs !== undefined && isNavigation(head, sockjs)) {
    return route.path === '' ? { kind: 'page' } : { kind: 'application', route, isSocketIo: false };
  }
  if (sockjs !== undefined && sockjs.kind !== 'greeting') return { kind: 'sockjs', route, address: sockjs };
  // A proxy removed the Upgrade of this handshake. The client is to learn that.
  if (head.header('sec-websocket-key') !== undefined) return { kind: 'websocket', route };
  if (route.path === '') return { kind: 'page' };
  if (sockjs !== undefined) return { kind: 'sockjs', route, address: sockjs };
  return answersSockJs ? { kind: 'not-sockjs', route } : { kind: 'websocket', route };
}

/**
 * Socket.IO's polling: Engine.IO names its version in `EIO` (engine.io-protocol, "Transports"), and
 * Socket.IO 0.9 begins at `/socket.io/1/`.
 */
function isSocketIo({ path, query }: PurposeHead, route: string): boolean {
  return /(?:^|&)EIO=\d/.test(query) || (/(?:^|\/)socket\.io$/.test(route) && path.startsWith(`${route}/1/`));
}

/**
 * Whether a browser shows the answer as a page, where it would be taken for the application's. No
 * SockJS client does that with the greeting or `info`. Of an engine without `Sec-Fetch-Dest` it is
 * unknown for `info`: KHTML and old Firefox accept `text/html` for an XMLHttpRequest, too.
 */
function isNavigation(head: PurposeHead, { kind }: SockJsAddress): boolean {
  if (kind !== 'greeting' && kind !== 'info') return false;
  const destination = head.header('sec-fetch-dest');
  if (destination !== undefined) return destination === 'document';
  return kind === 'greeting' && (head.header('accept') ?? '').includes('text/html');
}

/** The SockJS address that a WebSocket's path is, if it is one. */
export function sockJsSocket(path: string, route: string): SockJsAddress | undefined {
  const address = parseSockJsPath(path, route);
  return address !== undefined && takesWebSocket(address) ? address : undefined;
}

/**
 * SockJS 0.3.3 has two WebSocket addresses: one for its own frames, and the "Raw WebSocket url".
 */
function takesWebSocket(address: SockJsAddress): boolean {
  return address.kind === 'websocket' || (address.kind === 'session' && address.action === 'websocket');
}

/** What a request of the fallback protocol asks for, also where this node has no route for it. */
export function addressOf(
  purpose: Purpose<unknown>,
  { path }: Pick<RequestHead, 'path'>,
): FallbackAddress | undefined {
  if (purpose.kind === 'fallback') return purpose.address;
  return purpose.kind === 'no-route' ? parseFallbackPath(path) : undefined;
}

/** The log of the route, if the request has one. */
export function logOf(purpose: Purpose<{ readonly log: Log }>, log: Log): Log {
  return 'route' in purpose ? purpose.route.log : log;
}

/** The names of the route, if the request has one. */
export function hostsOf(purpose: Purpose<{ readonly hosts: HostNames }>, hosts: HostNames): HostNames {
  return 'route' in purpose ? purpose.route.hosts : hosts;
}
