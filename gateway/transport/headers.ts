import { NO_HEADERS } from '../access/cors.ts';
import type { Headers } from '../http/exchange.ts';
import { PLAIN } from '../http/plain.ts';

/** `PLAIN` with what cross-origin access needs; most requests need nothing, and pay nothing for it. */
export function headersFor(crossOrigin: Headers): Headers {
  return crossOrigin === NO_HEADERS ? PLAIN : { ...PLAIN, ...crossOrigin };
}

/** For streams: nginx holds a body back unless it is told not to (nginx, X-Accel-Buffering). */
export function streamed(headers: Headers, type: string): Headers {
  return { ...headers, 'content-type': type, 'x-accel-buffering': 'no' };
}

/** For bodies in byte form. */
export function binary(headers: Headers): Headers {
  return { ...headers, 'content-type': 'application/octet-stream' };
}
