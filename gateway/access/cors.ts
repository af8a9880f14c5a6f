import type { Headers } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';
import { type OriginPolicy, ownOrigin } from './origins.ts';

/** The answer to most requests. Callers compare by identity, so that it costs them nothing. */
export const NO_HEADERS: Headers = Object.freeze({});
const unmatched: Headers = Object.freeze({ vary: 'Origin' });

/**
 * Header fields that let a page of an allowed other origin read the answer, with its cookies sent
 * as a native handshake sends them. An origin that does not match is never reflected. Requests
 * without `Origin` need no fields, and the gateway's own pages need them only with `ownToo`:
 * XDomainRequest wants the field from its own origin as well.
 */
export function crossOriginHeaders(origins: OriginPolicy, head: RequestHead, ownToo = false): Headers {
  const origin = head.header('origin');
  if (origin === undefined) return NO_HEADERS;
  const match = origins.match(origin, ownOrigin(head));
  if (match === undefined) return unmatched;
  if (match === 'own' && !ownToo) return NO_HEADERS;
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
}

/**
 * The same for a preflight (OPTIONS). It grants the header fields that are requested: tracing
 * agents and frameworks add theirs to every XMLHttpRequest of a page.
 */
export function preflightHeaders(origins: OriginPolicy, head: RequestHead): Headers {
  const headers = crossOriginHeaders(origins, head);
  if (headers['access-control-allow-origin'] === undefined) return headers;
  return {
    ...headers,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': requestedFields(head) ?? 'Content-Type',
    'access-control-max-age': '7200',
  };
}

/** Names of header fields, at most 32 of at most 64 characters. */
const FIELD_NAMES = /^[\w!#$%&'*+.^`|~-]{1,64}(?:,[\t ]?[\w!#$%&'*+.^`|~-]{1,64}){0,31}$/;

/**
 * The header fields that a preflight requests and that may be granted; undefined for none, and for
 * a list over the bound. `X-Fallback` remains a mark of same-origin script. A `*` would grant it
 * too: without credentials it stands for every name (WHATWG Fetch, "CORS-preflight fetch"), and a
 * page can name a field so.
 */
export function requestedFields(head: RequestHead): string | undefined {
  const list = head.header('access-control-request-headers') ?? '';
  if (!FIELD_NAMES.test(list)) return undefined;
  const names = list.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '*' && name.toLowerCase() !== 'x-fallback').join(', ') || undefined;
}
