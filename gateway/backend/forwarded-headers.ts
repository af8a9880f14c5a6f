import { forEachHeader, plainName } from '../base/raw-headers.ts';
import type { Handshake } from './backend.ts';
import { isClientClaim } from './client-claims.ts';
import { refuseLoop } from './loop.ts';
import { targetOrigin, type UpstreamTarget } from './target.ts';

/**
 * The header fields of a client that go on to an upstream, names and values in turn, `Host` first:
 * those that a native handshake would have brought, in the client's order, names as the client
 * wrote them. The caller adds the fields of the handshake itself (`Upgrade`, `Sec-WebSocket-*`).
 *
 * @throws RefusedError 508 if the handshake has been here before.
 */
export function forwardedHeaders(handshake: Handshake, target: UpstreamTarget): string[] {
  const { pseudonym } = target;
  if (pseudonym !== undefined) refuseLoop(handshake, pseudonym);
  const host = target.host ?? (handshake.host || new URL(targetOrigin(target)).host);
  // Without a trusted proxy X-Forwarded-For is the address of the connection, and nothing else.
  const isVouchedFor = handshake.forwardedFor !== handshake.remoteAddress;
  const isLeftOut = (plain: string, lower: string): boolean =>
    Object.hasOwn(target.headers, lower) ||
    (handshake.vouched?.has(plain) !== true &&
      (forwarded.has(plain) || (!isVouchedFor && isClientClaim(plain))));
  const fields = ['Host', host, ...nativeHeaders(handshake, isLeftOut)];
  fields.push('X-Forwarded-For', handshake.forwardedFor);
  fields.push('X-Forwarded-Proto', handshake.secure ? 'https' : 'http');
  if (handshake.host) fields.push('X-Forwarded-Host', handshake.host);
  // Tomcat takes the scheme's own port where there is none, and compares it with that of `Origin`.
  const hasPort = fields.some((field, index) => index % 2 === 0 && /^x[-_]forwarded[-_]port$/i.test(field));
  if (!hasPort && !Object.hasOwn(target.headers, 'x-forwarded-port')) {
    fields.push('X-Forwarded-Port', portOf(handshake));
  }
  if (pseudonym !== undefined) fields.push('Via', `1.1 ${pseudonym}`);
  for (const [name, value] of Object.entries(target.headers)) fields.push(name, value);
  return fields;
}

/** The port that the client used. A trusted proxy may state another. */
function portOf({ host, secure }: Handshake): string {
  return /:(\d+)$/.exec(host)?.[1] ?? (secure ? '443' : '80');
}

/** Fields that are set anew for an upstream. */
const forwarded = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);

/**
 * The header fields that the native handshake of the page would have had, without `Host` and those
 * of the handshake itself; names and values in turn. `isLeftOut` gets a name in lower case, with
 * hyphens for underscores, and as it came: CGI-like servers (websocketd) make the same variable of
 * both.
 */
export function nativeHeaders(
  handshake: Handshake,
  isLeftOut: (plain: string, lower: string) => boolean = () => false,
): string[] {
  const fields: string[] = [];
  const hopByHop = namedByConnection(handshake.headers.connection);
  forEachHeader(handshake.rawHeaders, (lower, value, name) => {
    const plain = plainName(lower);
    // The client must not have them removed either, by naming them in Connection.
    const isOurs = handshake.vouched?.has(plain) === true;
    if (!isOurs && (isWithheld(plain) || hopByHop.has(lower))) return;
    if (isLeftOut(plain, lower)) return;
    if (isField(name, value)) fields.push(name, value);
  });
  // On a fallback it is the page's origin, which an old engine's own request does not carry.
  const { origin } = handshake.headers;
  if (typeof origin === 'string' && isField('Origin', origin) && !isLeftOut('origin', 'origin')) {
    fields.push('Origin', origin);
  }
  return fields;
}

/** Fields that never go on as they came. */
const withheld = new Set([
  // Set anew.
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
]);

const withheldPrefixes = ['content-', 'if-', 'proxy-', 'sec-fetch-', 'sec-websocket-'];

function isWithheld(name: string): boolean {
  return withheld.has(name) || withheldPrefixes.some((prefix) => name.startsWith(prefix));
}

function namedByConnection(connection: string | string[] | undefined): Set<string> {
  const list = Array.isArray(connection) ? connection.join(',') : (connection ?? '');
  return new Set(list.split(',').map((name) => name.trim().toLowerCase()));
}

/**
 * A token, and a value without control characters (RFC 9110 §5.1, §5.5) or characters above U+00FF.
 */
function isField(name: string, value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value);
}
