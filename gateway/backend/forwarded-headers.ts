import type { Handshake } from './backend.ts';
import { targetOrigin, type UpstreamTarget } from './target.ts';

/**
 * The header fields of a client that go on to an upstream, names and values in turn, `Host` first: those a native handshake would
 * have brought, in the client's order and spelling. The fields of the handshake itself (`Upgrade`, `Sec-WebSocket-*`) are
 * made anew by who sends it.
 */
export function forwardedHeaders(handshake: Handshake, target: UpstreamTarget): string[] {
  const host = target.host ?? (handshake.host || new URL(targetOrigin(target)).host);
  const fields = ['Host', host];
  const hopByHop = namedByConnection(handshake.headers.connection);
  const { rawHeaders, headers } = handshake;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    const name = raw.toLowerCase();
    if (isWithheld(name) || hopByHop.has(name) || Object.hasOwn(target.headers, name)) continue;
    if (!isField(raw, value)) continue;
    fields.push(raw, value);
  }
  // On a fallback it is the page's, which an old engine's own request does not carry.
  const { origin } = headers;
  if (typeof origin === 'string' && isField('Origin', origin) && !Object.hasOwn(target.headers, 'origin')) {
    fields.push('Origin', origin);
  }
  fields.push('X-Forwarded-For', handshake.forwardedFor);
  fields.push('X-Forwarded-Proto', handshake.secure ? 'https' : 'http');
  if (handshake.host) fields.push('X-Forwarded-Host', handshake.host);
  for (const [name, value] of Object.entries(target.headers)) fields.push(name, value);
  return fields;
}

/** What never goes on by itself. */
const withheld = new Set([
  // Set anew above.
  'host',
  'origin',
  // Of this hop only: RFC 9110 §7.6.1.
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Of the handshake, in draft-hixie-thewebsocketprotocol-75.
  'websocket-protocol',
  // Of the request that carries a fallback, not of the handshake that it stands for.
  'accept',
  'priority',
  'referer',
  'x-fallback',
  'x-requested-with',
  // What anybody may claim to be; the believed part comes back as X-Forwarded-*.
  'forwarded',
  'x-real-ip',
]);

const withheldPrefixes = ['content-', 'if-', 'proxy-', 'sec-fetch-', 'sec-websocket-', 'x-forwarded-'];

/** An underscore counts as a hyphen: CGI-like upstreams (websocketd) make the same variable of both. */
function isWithheld(name: string): boolean {
  const plain = name.replaceAll('_', '-');
  return withheld.has(plain) || withheldPrefixes.some((prefix) => plain.startsWith(prefix));
}

function namedByConnection(connection: string | string[] | undefined): Set<string> {
  const list = Array.isArray(connection) ? connection.join(',') : (connection ?? '');
  return new Set(list.split(',').map((name) => name.trim().toLowerCase()));
}

/** A token and a value without control characters (RFC 9110 §5.1, §5.5); beyond ASCII only what is one byte. */
function isField(name: string, value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);
}
