import type { Access } from '../access/admission.ts';
import { ownOrigin } from '../access/origins.ts';
import type { Backend, Handshake } from '../backend/backend.ts';
import { withVouched } from '../backend/vouched.ts';
import { detached } from '../base/detached.ts';
import type { MemoryBudget, OpenAccount } from '../base/memory-budget.ts';
import { filterHeaders, headerValues } from '../base/raw-headers.ts';
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
  /** The field in which trusted proxies name the user; absent: they name none. */
  readonly userHeader: string | undefined;
  readonly memory: MemoryBudget;
}

/** Makes the handshake with the backend for a client's request. */
export function handshakeOf(head: RequestHead, facts: HandshakeFacts): RouteHandshake {
  const { remoteAddress, forwardedFor, secure, host } = head;
  const { route, url, protocols, origin, isAnonymous, userHeader, memory } = facts;
  const rest = url.slice(route.length);
  const openAccount = accountsOf(memory, remoteAddress);
  const headers = origin === undefined ? head.headers : { ...head.headers, origin };
  const common = { url, rest, protocols, remoteAddress, forwardedFor, secure, host, openAccount };
  if (!isAnonymous) {
    const whole = { ...common, headers, rawHeaders: head.rawHeaders };
    return userHeader === undefined ? whole : withUser(whole, userHeader);
  }
  const { cookie: _cookie, authorization: _authorization, ...others } = headers;
  const rawHeaders = filterHeaders(head.rawHeaders, (name) => name !== 'cookie' && name !== 'authorization');
  const bare = { ...common, headers: others, rawHeaders, anonymous: true };
  // The proxy has it of the user's browser, as it has cookies.
  return userHeader === undefined ? bare : withVouched(bare, [userHeader], []);
}

/** It stays with the connection, and a bound function is smaller than a closure. */
export function accountsOf(memory: MemoryBudget, address: string): OpenAccount {
  return memory.account.bind(memory, address);
}

/**
 * The HTTP room has left the field only where a trusted proxy sent it. Of two of them one is the
 * client's, so neither is believed.
 */
function withUser(handshake: RouteHandshake, name: string): RouteHandshake {
  const [given, another] = headerValues(handshake.rawHeaders, name.toLowerCase());
  if (given === undefined || given === '' || another !== undefined) return withVouched(handshake, [name], []);
  const user = detached(given);
  return { ...withVouched(handshake, [name], [name, user]), user };
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
