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
 * The same for a preflight (OPTIONS). Only what the shim sends across origins is allowed, so that
 * `X-Fallback` remains a mark of same-origin script.
 */
export function preflightHeaders(origins: OriginPolicy, head: RequestHead): Headers {
  const headers = crossOriginHeaders(origins, head);
  if (headers['access-control-allow-origin'] === undefined) return headers;
  return {
    ...headers,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'Content-Type',
    'access-control-max-age': '7200',
  };
}
