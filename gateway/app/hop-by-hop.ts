import { headerValue, type RawHeaders } from '../base/raw-headers.ts';

/**
 * Fields that are for one connection only (RFC 9110 §7.6.1). `Trailer` is not among them: trailers
 * are passed on.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a field of this message, by its lower-case name, is for this connection only. */
export function hopByHopOf(rawHeaders: RawHeaders): (lower: string) => boolean {
  const connection = headerValue(rawHeaders, 'connection');
  if (connection === undefined) return isHopByHop;
  const named = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  // A client must not take away the fields that decide how the message is read.
  // A set, because both the names and the fields may be thousands.
  const others = new Set(named.filter((name) => !hopByHop.has(name) && !ALWAYS_KEPT.has(name)));
  return others.size === 0 ? isHopByHop : (lower) => isHopByHop(lower) || others.has(lower);
}

const isHopByHop = (lower: string): boolean => hopByHop.has(lower);

const ALWAYS_KEPT: ReadonlySet<string> = new Set(['close', 'content-length', 'host']);
