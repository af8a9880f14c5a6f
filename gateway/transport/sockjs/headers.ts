import { crossOriginHeaders, NO_HEADERS } from '../../access/cors.ts';
import { NO_SNIFF } from '../../base/security-headers.ts';
import type { Exchange, Headers } from '../../http/exchange.ts';
import type { SockJsRoute } from './route.ts';

/** For everything that is of a session or of the moment: some engines cache even POST (iOS 6; SockJS 0.3.3, "verify_not_cached"). */
const NOT_CACHED = 'no-store, no-cache, no-transform, must-revalidate, max-age=0';

/** A year, as the protocol has it for what does not change. */
const YEAR = 31_536_000;

/** Header fields of an answer of this type that no cache may keep. */
export function uncached(type: string): Headers {
  return { 'content-type': `${type}; charset=UTF-8`, 'cache-control': NOT_CACHED, ...NO_SNIFF };
}

/** The same for streams: nginx holds a body back unless it is told not to (nginx, X-Accel-Buffering). */
export function streamed(type: string): Headers {
  return { ...uncached(type), 'x-accel-buffering': 'no' };
}

/** Header fields of an answer that may be kept for a year. */
export function cached(): Headers {
  return {
    'cache-control': `public, max-age=${YEAR}`,
    expires: new Date(Date.now() + YEAR * 1000).toUTCString(),
  };
}

/** Most requests need nothing more, and pay nothing for it. */
export function merged(headers: Headers, more: Headers): Headers {
  return more === NO_HEADERS ? headers : { ...headers, ...more };
}

/**
 * What a page of an allowed origin needs to read an answer. Names of header fields that it may send are said back to it (SockJS 0.3.3,
 * "test_request_headers_cors").
 */
export function crossOriginOf(exchange: Exchange, route: SockJsRoute): Headers {
  const headers = crossOriginHeaders(route.access.origins, exchange, hasXDomainRequest(exchange));
  if (headers['access-control-allow-origin'] === undefined) return headers;
  const asked = exchange.header('access-control-request-headers') ?? '';
  return FIELD_NAMES.test(asked) ? { ...headers, 'access-control-allow-headers': asked } : headers;
}

/**
 * XDomainRequest, which sockjs-client takes in IE 8 and 9 for pages of the same origin too, wants the field even there (Microsoft, "XDomainRequest object"). Nothing
 * else tells its requests from others: those engines say their name.
 */
function hasXDomainRequest(exchange: Exchange): boolean {
  return IE_8_OR_9.test(exchange.header('user-agent') ?? '');
}

const IE_8_OR_9 = /Trident\/[45]\./;

const FIELD_NAMES = /^[\w!#$%&'*+.^`|~-]{1,64}(?:, ?[\w!#$%&'*+.^`|~-]{1,64}){0,31}$/;

/** What a preflight is told on top. It may be kept for as long as anything. */
export function preflight(methods: string, crossOrigin: Headers): Headers {
  return {
    ...cached(),
    ...crossOrigin,
    'access-control-allow-methods': methods,
    'access-control-max-age': String(YEAR),
  };
}

/**
 * `JSESSIONID`, by which some balancers send all requests of a client to the same server: the client's own is said back, or one is made up (SockJS 0.3.3, "JSESSIONID
 * cookie"). An application server's own, which may hold anything (`0000…:1abc` of WebSphere), is never replaced: its user would be logged out.
 */
export function stickyCookie(exchange: Exchange): Headers {
  const [, sent] = /(?:^|;)\s*JSESSIONID=([^;]+)/.exec(exchange.header('cookie') ?? '') ?? [];
  if (sent !== undefined && !VISIBLE.test(sent)) return NO_HEADERS;
  return { 'set-cookie': `JSESSIONID=${sent ?? 'dummy'}; path=/` };
}

const VISIBLE = /^[!-~]+$/;
