import { crossOriginHeaders, NO_HEADERS, requestedFields } from '../../access/cors.ts';
import { NO_SNIFF } from '../../base/security-headers.ts';
import type { Exchange, Headers } from '../../http/exchange.ts';
import type { SockJsRoute } from './route.ts';

/**
 * For every answer that is not the same tomorrow: some engines cache even POST (iOS 6; SockJS
 * 0.3.3, "verify_not_cached").
 */
const NOT_CACHED = 'no-store, no-cache, no-transform, must-revalidate, max-age=0';

/** A year in seconds, which the protocol has for what does not change. */
const YEAR = 31_536_000;

/** Header fields of an answer of this type that no cache may keep. */
export function uncached(type: string): Headers {
  return { 'content-type': `${type}; charset=UTF-8`, 'cache-control': NOT_CACHED, ...NO_SNIFF };
}

/**
 * The same for streams. The last field keeps nginx from holding the body back (X-Accel-Buffering).
 */
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

/** Both together. Most requests need nothing more, and cost no object. */
export function merged(headers: Headers, more: Headers): Headers {
  return more === NO_HEADERS ? headers : { ...headers, ...more };
}

/**
 * What a page of an allowed origin needs to read an answer. The names of header fields that a
 * preflight mentions are repeated in its answer (SockJS 0.3.3, "test_request_headers_cors").
 */
export function crossOriginOf(exchange: Exchange, route: SockJsRoute): Headers {
  const headers = crossOriginHeaders(route.access.origins, exchange, hasXDomainRequest(exchange));
  if (headers['access-control-allow-origin'] === undefined) return headers;
  const names = requestedFields(exchange);
  return names === undefined ? headers : { ...headers, 'access-control-allow-headers': names };
}

/**
 * In IE 8 and 9 sockjs-client uses XDomainRequest for pages of the same origin, too, and that needs
 * the field even there (Microsoft, "XDomainRequest object"). Its requests are known by the name of
 * the engine only.
 */
function hasXDomainRequest(exchange: Exchange): boolean {
  return IE_8_OR_9.test(exchange.header('user-agent') ?? '');
}

const IE_8_OR_9 = /Trident\/[45]\./;

/** The answer to a preflight, which may be kept for a year. */
export function preflight(methods: string, crossOrigin: Headers): Headers {
  return {
    ...cached(),
    ...crossOrigin,
    'access-control-allow-methods': methods,
    'access-control-max-age': String(YEAR),
  };
}

/**
 * `JSESSIONID`, by which some balancers send all requests of a client to the same server. The
 * client's own value is repeated, or `dummy` is set (SockJS 0.3.3, "JSESSIONID cookie"). A value of
 * an application server, which may hold anything (`0000…:1abc` of WebSphere), is never replaced:
 * that would log its user out.
 */
export function stickyCookie(exchange: Exchange): Headers {
  const [, sent] = /(?:^|;)\s*JSESSIONID=([^;]+)/.exec(exchange.header('cookie') ?? '') ?? [];
  if (sent !== undefined && !VISIBLE.test(sent)) return NO_HEADERS;
  return { 'set-cookie': `JSESSIONID=${sent ?? 'dummy'}; path=/` };
}

const VISIBLE = /^[!-~]+$/;
