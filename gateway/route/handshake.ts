import type { Access } from '../access/admission.ts';
import { ownOrigin } from '../access/origins.ts';
import type { Backend, Handshake } from '../backend/backend.ts';
import type { OpenAccount } from '../base/memory-budget.ts';
import { filterHeaders } from '../base/raw-headers.ts';
import type { RequestHead } from '../http/exchange.ts';

/** A handshake without its carrier. */
export type RouteHandshake = Omit<Handshake, 'carrier'>;

/** Facts that the head of a request lacks, or has in another form. */
export interface HandshakeFacts {
  /** Path of the route. */
  readonly route: string;
  /** Path and query of the WebSocket URL. */
  readonly url: string;
  readonly protocols: readonly string[];
  /** The page's origin, as far as it is known. */
  readonly origin: string | undefined;
  /** The page may be of any site: cookies and credentials are not passed on. */
  readonly isAnonymous: boolean;
  readonly openAccount: OpenAccount;
}

/** Makes the handshake with the backend for a client's request. */
export function handshakeOf(head: RequestHead, facts: HandshakeFacts): RouteHandshake {
  const { remoteAddress, forwardedFor, secure, host } = head;
  const { route, url, protocols, origin, isAnonymous, openAccount } = facts;
  const rest = url.slice(route.length);
  const headers = origin === undefined ? head.headers : { ...head.headers, origin };
  const common = { url, rest, protocols, remoteAddress, forwardedFor, secure, host, openAccount };
  if (!isAnonymous) return { ...common, headers, rawHeaders: head.rawHeaders };
  const { cookie: _cookie, authorization: _authorization, ...others } = headers;
  const rawHeaders = filterHeaders(head.rawHeaders, (name) => name !== 'cookie' && name !== 'authorization');
  return { ...common, headers: others, rawHeaders, anonymous: true };
}

/**
 * Whether only `*` allows the page. It may connect, but without what the user's browser adds: `*`
 * never goes together with credentials.
 */
export function isAnybody({ origins }: Access, head: RequestHead, origin: string | undefined): boolean {
  return origin !== undefined && origins.match(origin, ownOrigin(head)) === 'any';
}

/** The same handshake with another URL. */
export function readdressed<Given extends RouteHandshake>(
  handshake: Given,
  route: string,
  url: string,
): Given {
  return { ...handshake, url, rest: url.slice(route.length) };
}

/**
 * A backend whose handshakes get another URL than the request. The client's own handshake keeps its
 * URL.
 */
export function addressed(backend: Backend, route: string, url: string): Backend {
  return {
    name: backend.name,
    connect: (handshake, signal) => backend.connect(readdressed(handshake, route, url), signal),
  };
}
