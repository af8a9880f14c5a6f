import type { RequestHead } from '../http/exchange.ts';
import { type FallbackAddress, isFallback, parseFallbackPath } from '../transport/fallback-path.ts';
import { parseSockJsPath, type SockJsAddress } from '../transport/sockjs/path.ts';
import type { RouteTable } from './route-table.ts';

/** What a request is for. */
export type Purpose<Route> =
  /** No route has this path. */
  | { readonly kind: 'other' }
  /** A page: the route of every path leaves it to the pages. */
  | { readonly kind: 'page' }
  /** Below `_fallback`, but of no route or no known version. */
  | { readonly kind: 'no-route' }
  | { readonly kind: 'fallback'; readonly route: Route; readonly address: FallbackAddress }
  | { readonly kind: 'sockjs'; readonly route: Route; readonly address: SockJsAddress }
  /** Below a route that answers SockJS, but at none of its addresses. */
  | { readonly kind: 'not-sockjs' }
  /** The WebSocket address of the route itself. */
  | { readonly kind: 'websocket'; readonly route: Route };

/** Says what a request is for. `answersSockJs`: routes answer the SockJS protocol. */
export function purposeOf<Route extends { readonly path: string }>(
  head: Pick<RequestHead, 'path' | 'header'>,
  isUpgrade: boolean,
  routes: Pick<RouteTable<Route>, 'find'>,
  answersSockJs: boolean,
): Purpose<Route> {
  const { path } = head;
  const isBelowMark = isFallback(path);
  const address = isBelowMark ? parseFallbackPath(path) : undefined;
  const route = routes.find(address?.base ?? path)?.value;
  if (address !== undefined && route !== undefined) return { kind: 'fallback', route, address };
  if (isBelowMark && !isUpgrade) {
    return { kind: address === undefined && route === undefined ? 'other' : 'no-route' };
  }
  if (route === undefined) return { kind: 'other' };
  const sockjs = answersSockJs ? parseSockJsPath(path, route.path) : undefined;
  if (!isUpgrade) return plainPurpose(head, route, sockjs, answersSockJs);
  const isSockJs = sockjs !== undefined && takesWebSocket(sockjs);
  return isSockJs ? { kind: 'sockjs', route, address: sockjs } : { kind: 'websocket', route };
}

function plainPurpose<Route extends { readonly path: string }>(
  head: Pick<RequestHead, 'header'>,
  route: Route,
  sockjs: SockJsAddress | undefined,
  answersSockJs: boolean,
): Purpose<Route> {
  if (sockjs !== undefined && sockjs.kind !== 'greeting') return { kind: 'sockjs', route, address: sockjs };
  // A proxy removed the Upgrade of this handshake. The client is to learn that.
  if (head.header('sec-websocket-key') !== undefined) return { kind: 'websocket', route };
  if (route.path === '') return { kind: 'page' };
  if (sockjs !== undefined) return { kind: 'sockjs', route, address: sockjs };
  return answersSockJs ? { kind: 'not-sockjs' } : { kind: 'websocket', route };
}

/**
 * SockJS 0.3.3 has two WebSocket addresses: one for its own frames, and the "Raw WebSocket url".
 */
function takesWebSocket(address: SockJsAddress): boolean {
  return address.kind === 'websocket' || (address.kind === 'session' && address.action === 'websocket');
}
