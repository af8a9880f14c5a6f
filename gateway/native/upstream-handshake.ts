import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Handshake } from '../backend/backend.ts';
import { type AttemptOptions, attempt, openSocket } from '../backend/dial.ts';
import { connectionFailure, statusReason, usefulFields } from '../backend/failure.ts';
import { forwardedHeaders } from '../backend/forwarded-headers.ts';
import { targetPath, type UpstreamTarget } from '../backend/target.ts';
import { RefusedError } from '../base/errors.ts';
import { filterHeaders } from '../base/raw-headers.ts';
import { acceptOf, hasToken, plainVersion, tokens } from './handshake-rules.ts';

/** An upstream that answered a valid 101. */
export interface Switched {
  readonly socket: Socket;
  /** Bytes that it sent behind the response. */
  readonly head: Buffer;
  /** The selected subprotocol, or the empty string. */
  readonly protocol: string;
  /** The response's fields for the client, names and values in turn. */
  readonly fields: readonly string[];
}

/**
 * Repeats a client's opening handshake toward an upstream, key and offers included, so that the
 * connection can be handed over byte by byte.
 *
 * @throws RefusedError; with a status if the upstream answered something other than 101.
 */
export function switchProtocols(
  target: UpstreamTarget,
  handshake: Handshake,
  key: string,
  options: AttemptOptions,
): Promise<Switched> {
  const { ca, identity } = target;
  return attempt<Switched>(options, ({ succeed, fail }) => {
    const request = httpRequest({
      method: 'GET',
      path: targetPath(target, handshake),
      headers: requestFields(target, handshake),
      createConnection: () => openSocket(target, { ca, identity, alpn: ['http/1.1'], allowHalfOpen: true }),
    });
    request.on('upgrade', (response, socket, head) => {
      const flaw = flawOf(response, handshake, key);
      if (flaw === undefined) {
        const protocol = response.headers['sec-websocket-protocol'] ?? '';
        const fields = responseFields(response, handshake.anonymous === true);
        succeed({ socket, head, protocol, fields });
        return;
      }
      socket.destroy();
      fail(new RefusedError(`the backend's 101 is wrong: ${flaw}`));
    });
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      fail(new RefusedError(statusReason(status), status, { fields: usefulFields(response) }));
    });
    // This listener stays: an error that nobody listens to would end the process.
    request.on('error', (cause) => fail(connectionFailure(cause)));
    request.end();
    return () => request.destroy();
  });
}

const repeated = [
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions',
];

function requestFields(target: UpstreamTarget, handshake: Handshake): string[] {
  const fields = [...forwardedHeaders(handshake, target), 'Upgrade', 'websocket', 'Connection', 'Upgrade'];
  for (const name of repeated) {
    const value = handshake.headers[name.toLowerCase()];
    if (value === undefined) continue;
    fields.push(name, name === 'Sec-WebSocket-Version' ? plainVersion(String(value)) : String(value));
  }
  return fields;
}

/** RFC 6455 §4.1. Whether a missing subprotocol is an error is left to the client. */
function flawOf(response: IncomingMessage, handshake: Handshake, key: string): string | undefined {
  const { headers } = response;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'Upgrade is not websocket';
  if (!hasToken(headers.connection, 'upgrade')) return 'Connection has no upgrade';
  if (headers['sec-websocket-accept'] !== acceptOf(key)) return 'wrong Sec-WebSocket-Accept';
  const protocol = headers['sec-websocket-protocol'];
  if (protocol !== undefined && !handshake.protocols.includes(protocol)) return 'subprotocol was not offered';
  const offered = extensionNames(handshake.headers['sec-websocket-extensions']);
  const unknown = extensionNames(headers['sec-websocket-extensions']).some((name) => !offered.includes(name));
  return unknown ? 'extension was not offered' : undefined;
}

function extensionNames(field: string | string[] | undefined): string[] {
  return tokens(field).map((extension) => (extension.split(';', 1)[0] as string).trim());
}

/** All fields but those of this hop, and those of the 101 itself. `anonymous`: without cookies. */
function responseFields(response: IncomingMessage, anonymous: boolean): string[] {
  const own = ['Upgrade', 'websocket', 'Connection', 'Upgrade'];
  const hopByHop = tokens(response.headers.connection).map((name) => name.toLowerCase());
  const passed = filterHeaders(response.rawHeaders, (name) => {
    if (hop.has(name) || hopByHop.includes(name) || name.startsWith('proxy-')) return false;
    return !anonymous || name !== 'set-cookie';
  });
  return [...own, ...passed];
}

const hop = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
