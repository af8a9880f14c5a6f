import { NO_HEADERS } from '../http/cors.ts';
import type { Headers } from '../http/exchange.ts';

/** For every answer: a cached or transformed one would be a leak, and a guess at its type an attack. */
export const PLAIN: Headers = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
};

/** The same with what cross-origin access needs; most requests need nothing, and pay nothing for it. */
export function headersFor(crossOrigin: Headers): Headers {
  return crossOrigin === NO_HEADERS ? PLAIN : { ...PLAIN, ...crossOrigin };
}

/** For streams: nginx holds a body back unless it is told not to (nginx, X-Accel-Buffering). */
export function streamed(headers: Headers, type: string): Headers {
  return { ...headers, 'content-type': type, 'x-accel-buffering': 'no' };
}

/** For bodies in byte form. */
export function octets(headers: Headers): Headers {
  return { ...headers, 'content-type': 'application/octet-stream' };
}
