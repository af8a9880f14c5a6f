import { RequestError } from '../base/errors.ts';
import { forEachHeader, headerValues, type RawHeaders } from '../base/raw-headers.ts';
import { parseTarget } from './target.ts';

/**
 * What makes a request ambiguous; undefined if nothing does. If two fields contradict each other,
 * Node uses one and the backend may use the other: that is how requests are smuggled. RFC 9112 §3.2
 * (Host, target) and §6.1 (two lengths, codings). Control characters in fields do not pass Node's
 * parser.
 */
export function requestFault(target: string, rawHeaders: RawHeaders): RequestError | undefined {
  if (parseTarget(target) === undefined) return malformed('the request target must be a path');
  const codings = headerValues(rawHeaders, 'transfer-encoding');
  const lengths = headerValues(rawHeaders, 'content-length');
  if (headerValues(rawHeaders, 'host').length > 1) return malformed('repeated Host');
  if (lengths.length + codings.length > 1)
    return malformed('more than one of Content-Length and Transfer-Encoding');
  const coding = codings[0]?.toLowerCase();
  if (coding === undefined || coding === 'chunked') return undefined;
  // Node removes the chunks only, so the still encoded content would pass for the body.
  if (/,[ \t]*chunked$/.test(coding)) return new RequestError('GW_CODING');
  return malformed('Transfer-Encoding does not end in chunked');
}

function malformed(reason: string): RequestError {
  return new RequestError('GW_MALFORMED', reason);
}

const ONCE_IN_HANDSHAKE: ReadonlySet<string> = new Set([
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-key1',
  'sec-websocket-key2',
  'sec-websocket-version',
  'origin',
  'sec-websocket-origin',
]);

/**
 * The same for an Upgrade. RFC 6455 §4.2.1 wants each of these fields once, and it has no body.
 */
export function upgradeFault(target: string, rawHeaders: RawHeaders): RequestError | undefined {
  const fault = requestFault(target, rawHeaders);
  if (fault !== undefined) return fault;
  const seen = new Set<string>();
  let reason: string | undefined;
  forEachHeader(rawHeaders, (name, value) => {
    if (name === 'transfer-encoding' || (name === 'content-length' && value !== '0')) {
      reason ??= 'an Upgrade has no body';
    }
    if (!ONCE_IN_HANDSHAKE.has(name)) return;
    if (seen.has(name)) reason ??= `repeated ${name}`;
    seen.add(name);
  });
  return reason === undefined ? undefined : malformed(reason);
}
