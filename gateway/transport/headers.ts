import { NO_HEADERS } from '../access/cors.ts';
import type { Headers } from '../http/exchange.ts';
import { PLAIN } from '../http/plain.ts';

/** `PLAIN` with the fields of cross-origin access, if there are any. */
export function headersFor(crossOrigin: Headers): Headers {
  return crossOrigin === NO_HEADERS ? PLAIN : { ...PLAIN, ...crossOrigin };
}

/**
 * For streams. The last field keeps nginx from holding the body back (nginx, X-Accel-Buffering).
 */
export function streamed(headers: Headers, type: string): Headers {
  return { ...headers, 'content-type': type, 'x-accel-buffering': 'no' };
}

/** For bodies in byte form. */
export function binary(headers: Headers): Headers {
  return { ...headers, 'content-type': 'application/octet-stream' };
}
