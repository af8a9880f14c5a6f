import { createHash } from 'node:crypto';
import type { Handshake } from '../backend/backend.ts';
import { RequestError } from '../base/errors.ts';
import { headerValues } from '../base/raw-headers.ts';

/**
 * Fields that may come only once: servers differ in which of two they take (RFC 9112 §3.2, RFC 6455
 * §4.2.1).
 */
const single = [
  'host',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-key1',
  'sec-websocket-key2',
  'sec-websocket-version',
];

/**
 * Checks the client's opening handshake (RFC 6455 §4.2.1) and answers its `Sec-WebSocket-Key`.
 *
 * @throws RequestError 400 if it is not a handshake of any version.
 */
export function checkHandshake(handshake: Handshake): string {
  checkUpgrade(handshake);
  const key = handshake.headers['sec-websocket-key'];
  if (typeof key !== 'string' || !/^[+/0-9A-Za-z]{22}==$/.test(key)) throw bad('bad sec-websocket-key');
  return key;
}

/** Checks the rules that all versions and drafts share. Throws a `RequestError` 400. */
export function checkUpgrade({ headers, rawHeaders }: Handshake): void {
  for (const name of single) {
    if (headerValues(rawHeaders, name).length > 1) throw bad(`more than one ${name}`);
  }
  if ('transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0) throw bad('a body');
  if (String(headers.upgrade).toLowerCase() !== 'websocket') throw bad('not an upgrade to websocket');
  if (!hasToken(headers.connection, 'upgrade')) throw bad('no upgrade of the connection');
}

/**
 * The version with which a handshake is served and sent upstream. Versions 7 (Firefox 6) and 8,
 * which drafts 8 to 12 send (Firefox 7, Chrome 14 and 15), have the handshake and the frames of 13.
 * They differ in the name of the Origin field only.
 */
export function plainVersion(version: string): string {
  return version === '7' || version === '8' ? '13' : version;
}

/**
 * Checks the version where the gateway itself is the WebSocket server.
 *
 * @throws RequestError 426 for any version but 13, 8 and 7 (RFC 6455 §4.4).
 */
export function checkVersion({ headers }: Handshake): void {
  if (plainVersion(String(headers['sec-websocket-version'])) !== '13')
    throw new RequestError('GW_BAD_VERSION');
}

/** Whether a list field contains this token. `token` is in lower case. */
export function hasToken(field: string | string[] | undefined, token: string): boolean {
  return tokens(field).some((candidate) => candidate.toLowerCase() === token);
}

/** The members of a list field. */
export function tokens(field: string | string[] | undefined): string[] {
  const list = Array.isArray(field) ? field.join(',') : (field ?? '');
  return list
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

/** The `Sec-WebSocket-Accept` for a key (RFC 6455 §1.3). */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** The refusal of a handshake that breaks the rules. */
export function bad(what: string): RequestError {
  return new RequestError('GW_BAD_HANDSHAKE', `bad handshake: ${what}`);
}
