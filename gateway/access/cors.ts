import type { Headers, RequestHead } from '../http/exchange.ts';
import { type OriginPolicy, ownOrigin } from './origins.ts';

/** What most requests are answered with: told by identity, so that they cost nothing. */
export const NO_HEADERS: Headers = Object.freeze({});
const unmatched: Headers = Object.freeze({ vary: 'Origin' });

/**
 * Header fields that let a page of an allowed other origin read the answer, with its cookies sent as a native handshake sends them. An origin that was not
 * matched is never reflected; without `Origin` there is nothing to say, and for the gateway's own pages only `ownToo`, as XDomainRequest asks for the field
 * there as well.
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

/** What a preflight (OPTIONS) of an allowed origin is told on top. Only what the shim sends across origins is named, so `X-Fallback` stays a mark of same-origin script. */
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
