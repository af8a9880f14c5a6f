/**
 * What makes a request ambiguous, in one short line; undefined if nothing does. Where two fields contradict each other, Node believes one and the server
 * behind may believe the other: that is how requests are smuggled. `rawHeaders` are names and values in turn.
 * RFC 9112 §3.2 (Host, target) and §6.1 (two lengths). Control characters in fields do not pass Node's parser.
 */
export function requestFault(target: string, rawHeaders: readonly string[]): string | undefined {
  if (!target.startsWith('/')) return 'the request target must be a path';
  let hosts = 0;
  let lengths = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]);
    // Most names are of another length: no request pays for a comparison it does not need.
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 14 && name.toLowerCase() === 'content-length') lengths++;
    else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') lengths++;
  }
  if (hosts > 1) return 'repeated Host';
  return lengths > 1 ? 'more than one of Content-Length and Transfer-Encoding' : undefined;
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
export function upgradeFault(target: string, rawHeaders: readonly string[]): string | undefined {
  const fault = requestFault(target, rawHeaders);
  if (fault !== undefined) return fault;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    if (name === 'transfer-encoding') return 'an Upgrade has no body';
    if (name === 'content-length' && rawHeaders[index + 1] !== '0') return 'an Upgrade has no body';
    if (!onceInHandshake.has(name)) continue;
    if (seen.has(name)) return `repeated ${name}`;
    seen.add(name);
  }
  return undefined;
}
