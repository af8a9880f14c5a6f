import { base64Encode } from '../lang/base64.ts';
import { has } from '../lang/has.ts';
import { indexOf } from '../lang/list.ts';
import { trim } from '../lang/text.ts';
import { sha1 } from './sha1.ts';

/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What a handshake says beside what every one does. */
export interface Request {
  /** Path and query. */
  readonly target: string;
  /** Name, and port if it is not 80. */
  readonly host: string;
  /** The nonce in base64. */
  readonly key: string;
  readonly protocols: string[];
  /** Fields that a browser's own handshake would have, by name; empty ones are left out. */
  readonly fields: { readonly [name: string]: string };
}

/**
 * The opening handshake (RFC 6455 §4.1). Values come from the page's engine, which has let no line
 * end into them but perhaps into a cookie.
 */
export function encodeRequest(request: Request): string {
  const lines = [
    'GET ' + request.target + ' HTTP/1.1',
    'Host: ' + request.host,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: ' + request.key
  ];
  if (request.protocols.length) lines.push('Sec-WebSocket-Protocol: ' + request.protocols.join(', '));
  for (const name in request.fields) {
    const value = has(request.fields, name) && (request.fields[name] as string).replace(/[\r\n\0]/g, '');
    if (value) lines.push(name + ': ' + value);
  }
  return lines.join('\r\n') + '\r\n\r\n';
}

/**
 * The subprotocol of an answer that accepts (§4.1, last steps), or null for one that does not.
 * `head` is without its empty line.
 */
export function readAnswer(head: string, key: string, protocols: string[]): string | null {
  const lines = head.split('\r\n');
  const fields: { [name: string]: string } = {};
  for (let at = 1; at < lines.length; at += 1) {
    const context = lines[at] as string;
    const colon = context.indexOf(':');
    const name = ' ' + context.substring(0, colon).toLowerCase();
    const value = trim(context.substring(colon + 1));
    fields[name] = fields[name] === undefined ? value : fields[name] + ', ' + value;
  }
  const field = (name: string): string => fields[' ' + name] || '';
  const expected = sha1(key + GUID);
  const protocol = field('sec-websocket-protocol');
  const accepted =
    /^HTTP\/1\.1 101(\s|$)/.test(lines[0] as string) &&
    field('upgrade').toLowerCase() === 'websocket' &&
    /(^|[\s,])upgrade($|[\s,])/i.test(field('connection')) &&
    field('sec-websocket-accept') === base64Encode(expected, 0, expected.length) &&
    // None was offered.
    !field('sec-websocket-extensions') &&
    (protocols.length ? indexOf(protocols, protocol) >= 0 : !protocol);
  return accepted ? protocol : null;
}
