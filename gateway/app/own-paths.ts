import type { IncomingMessage } from 'node:http';

/** `/shim/…` and `/healthz`, perhaps in a URL with scheme and host (RFC 9112 §3.2.2). */
const OWN = /^\/(?:shim\/|healthz\/?(?:\?|$))/;

/**
 * Whether a request is for what the gateway itself serves beside an application. `prefix` stands
 * before it, and is taken off the request.
 */
export function takeOwnPath(request: IncomingMessage, prefix: string): boolean {
  const target = request.url ?? '';
  const path = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '');
  if (!path.startsWith(prefix) || !OWN.test(path.slice(prefix.length))) return false;
  request.url = path.slice(prefix.length);
  return true;
}
