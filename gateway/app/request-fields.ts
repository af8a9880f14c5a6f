import { isClientClaim } from '../backend/client-claims.ts';
import { forEachHeader, headerValue, type RawHeaders } from '../base/raw-headers.ts';
import type { RequestHead } from '../http/request-head.ts';
import { hopByHopOf } from './hop-by-hop.ts';

/** How the application is addressed. */
export interface AppAddressing {
  /** `Host` sent to the application; absent: the client's. */
  readonly host: string | undefined;
  /** `Host` for a client that sent none: HTTP/1.0 does not need one. */
  readonly ownHost: string;
  /** Name of this gateway in `X-Fallback-Gateway`. */
  readonly pseudonym: string;
}

/**
 * By it a request that comes back is noticed. `Via` would do (RFC 9110 §7.6.3), but nginx, IIS and
 * others do not compress what they answer a request with `Via`. Each process adds its own.
 */
const LOOP_FIELD = 'X-Fallback-Gateway';

/** Whether this gateway has passed the request on before. */
export function isLoop(rawHeaders: RawHeaders, pseudonym: string): boolean {
  return headerValue(rawHeaders, 'x-fallback-gateway')?.includes(pseudonym) === true;
}

/** How the body of a request ends. */
export type Framing = 'none' | 'length' | 'chunked';

/** RFC 9112 §6.3. Two of these fields, or others, were refused before. */
export function framingOf(rawHeaders: RawHeaders): Framing {
  if (headerValue(rawHeaders, 'transfer-encoding') !== undefined) return 'chunked';
  const length = headerValue(rawHeaders, 'content-length');
  return length === undefined || Number(length) === 0 ? 'none' : 'length';
}

/**
 * The fields that go to the application: those of the client in its order and with its names, but
 * for those of the connection, `Host`, and what proxies say about the client. `fields` are the
 * client's, or what the page tagger made of them.
 */
export function requestFields(
  head: RequestHead,
  fields: RawHeaders,
  framing: Framing,
  { host, ownHost, pseudonym }: AppAddressing,
): string[] {
  const isHopByHop = hopByHopOf(head.rawHeaders);
  // Without a trusted proxy X-Forwarded-For is the address of the connection, and nothing else.
  const isVouchedFor = head.forwardedFor !== head.remoteAddress;
  const sent: string[] = [];
  let isNamed = false;
  let hasPort = false;
  let hasLength = false;
  forEachHeader(fields, (lower, value, name) => {
    if (isHopByHop(lower)) return;
    if (lower === 'host') {
      isNamed = true;
      sent.push(name, host ?? clientHost(head, value));
      return;
    }
    const plain = lower.replaceAll('_', '-');
    if (SET_ANEW.has(plain) || (!isVouchedFor && isClientClaim(plain))) return;
    hasPort ||= plain === 'x-forwarded-port';
    hasLength ||= lower === 'content-length';
    sent.push(name, value);
  });
  if (!isNamed) sent.unshift('Host', host ?? ownHost);
  // Node would send chunks where there are none.
  if (framing === 'none' && !hasLength && !WITHOUT_BODY.has(head.method)) sent.push('Content-Length', '0');
  if (framing === 'chunked') sent.push('Transfer-Encoding', 'chunked');
  sent.push('X-Forwarded-For', head.forwardedFor, 'X-Forwarded-Proto', head.secure ? 'https' : 'http');
  if (head.host !== '') sent.push('X-Forwarded-Host', head.host);
  if (!hasPort) sent.push('X-Forwarded-Port', portOf(head));
  sent.push(LOOP_FIELD, pseudonym);
  return sent;
}

const SET_ANEW: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);

/** Methods for which Node's client sends no framing of its own (lib/_http_client.js). */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/**
 * Methods that may be sent again on another connection if the first one was closed meanwhile (RFC
 * 9110 §9.2.2).
 */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** The name by which the client came: as it wrote it, or as a trusted proxy says. */
function clientHost({ host }: RequestHead, written: string): string {
  return written.toLowerCase() === host ? written : host;
}

/** The port that the client used. */
function portOf({ host, secure }: RequestHead): string {
  return /:(\d+)$/.exec(host)?.[1] ?? (secure ? '443' : '80');
}
