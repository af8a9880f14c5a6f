import { parseTarget } from './target.ts';

/** Why a request is not let in. */
export interface RequestFault {
  readonly status: number;
  /** One short line. */
  readonly reason: string;
}

/**
 * What makes a request ambiguous; undefined if nothing does. Where two fields contradict each other, Node believes one and the server
 * behind may believe the other: that is how requests are smuggled. `rawHeaders` are names and values in turn.
 * RFC 9112 §3.2 (Host, target) and §6.1 (two lengths, codings). Control characters in fields do not pass Node's parser.
 */
export function requestFault(target: string, rawHeaders: readonly string[]): RequestFault | undefined {
  if (parseTarget(target) === undefined) return malformed('the request target must be a path');
  let hosts = 0;
  let lengths = 0;
  let coding: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]);
    // Most names are of another length: no request pays for a comparison it does not need.
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 14 && name.toLowerCase() === 'content-length') lengths++;
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      lengths++;
      coding = String(rawHeaders[index + 1]).toLowerCase();
    }
  }
  if (hosts > 1) return malformed('repeated Host');
  if (lengths > 1) return malformed('more than one of Content-Length and Transfer-Encoding');
  if (coding === undefined || coding === 'chunked') return undefined;
  // Node takes the chunks away, and what was coded before they were made would pass for the body.
  if (/,[ \t]*chunked$/.test(coding)) return { status: 501, reason: 'no transfer coding but chunked' };
  return malformed('Transfer-Encoding does not end in chunked');
}

function malformed(reason: string): RequestFault {
  return { status: 400, reason };
}

const onceInHandshake: ReadonlySet<string> = new Set([
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-key1',
  'sec-websocket-key2',
  'sec-websocket-version',
  'origin',
  'sec-websocket-origin',
]);

/** The same for an Upgrade, of which RFC 6455 §4.2.1 wants each of these once; it has no body, so nothing of one is let through. */
export function upgradeFault(target: string, rawHeaders: readonly string[]): RequestFault | undefined {
  const fault = requestFault(target, rawHeaders);
  if (fault !== undefined) return fault;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    if (name === 'transfer-encoding') return malformed('an Upgrade has no body');
    if (name === 'content-length' && rawHeaders[index + 1] !== '0')
      return malformed('an Upgrade has no body');
    if (!onceInHandshake.has(name)) continue;
    if (seen.has(name)) return malformed(`repeated ${name}`);
    seen.add(name);
  }
  return undefined;
}
