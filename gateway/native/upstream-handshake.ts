import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Handshake } from '../backend/backend.ts';
import { forwardedHeaders } from '../backend/forwarded-headers.ts';
import { targetPath, type UpstreamTarget } from '../backend/target.ts';
import { refusal } from '../backend/upstream.ts';
import type { Clock } from '../base/clock.ts';
import { RefusedError } from '../base/errors.ts';
import { acceptOf, hasToken, plainVersion, tokens } from './handshake-rules.ts';

/** An upstream that answered a valid 101. */
export interface Switched {
  readonly socket: Socket;
  /** What it sent behind the response. */
  readonly head: Buffer;
  /** The response's fields that go on to the client, names and values in turn. */
  readonly fields: readonly string[];
}

/** An answer other than a valid 101, with the fields of it that a client can use. */
export class HandshakeRefusedError extends RefusedError {
  readonly fields: readonly string[];

  constructor(message: string, status: number, fields: readonly string[]) {
    super(message, status);
    this.fields = fields;
  }
}

/** Bounds of one attempt. */
export interface HandshakeOptions {
  readonly clock: Clock;
  /** Milliseconds until the answer must be there. */
  readonly connectTimeout: number;
  readonly signal: AbortSignal;
}

/**
 * Repeats a client's opening handshake toward an upstream, key and offers included, so that the connection can be handed over
 * byte by byte.
 *
 * @throws RefusedError; a HandshakeRefusedError if the upstream answered something else than 101.
 */
export async function switchProtocols(
  target: UpstreamTarget,
  handshake: Handshake,
  key: string,
  options: HandshakeOptions,
): Promise<Switched> {
  const { clock, connectTimeout, signal } = options;
  if (signal.aborted) throw new RefusedError('given up');
  const request = httpRequest({
    method: 'GET',
    path: targetPath(target, handshake),
    headers: requestFields(target, handshake),
    createConnection: () => connect(target),
  });
  return new Promise<Switched>((resolve, reject) => {
    const giveUp = (reason: string): void => {
      reject(new RefusedError(reason));
      request.destroy();
    };
    const abort = (): void => giveUp('given up');
    const timer = clock.setTimeout(() => giveUp('no answer in time'), connectTimeout);
    signal.addEventListener('abort', abort);
    const settle = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    request.on('upgrade', (response, socket, head) => {
      settle();
      const flaw = flawOf(response, handshake, key);
      const anonymous = handshake.anonymous === true;
      if (flaw === undefined) return resolve({ socket, head, fields: responseFields(response, anonymous) });
      socket.destroy();
      reject(new RefusedError(`bad 101: ${flaw}`));
    });
    request.on('response', (response) => {
      settle();
      const status = response.statusCode ?? 0;
      reject(new HandshakeRefusedError(refusal(status), status, usefulFields(response)));
      request.destroy();
    });
    // Stays when the attempt is over: whatever is told later must not end the process.
    request.on('error', (cause) => {
      settle();
      reject(new RefusedError(cause.message || 'no connection', undefined, { cause }));
    });
    request.end();
  });
}

/** The name that is verified is that of the target, whatever `Host` says. */
function connect(target: UpstreamTarget): Socket {
  const { hostname: host, port, secure, ca } = target;
  if (!secure) return netConnect({ host, port, allowHalfOpen: true });
  const halfOpen = { allowHalfOpen: true };
  return tlsConnect({
    ...halfOpen,
    host,
    port,
    servername: isIP(host) ? '' : host,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
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

/** RFC 6455 §4.1. That no subprotocol was selected of those offered is for the client to judge. */
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

/** All but what belongs to this hop; what makes the 101 is among it. `anonymous`: without cookies. */
function responseFields(response: IncomingMessage, anonymous: boolean): string[] {
  const kept = ['Upgrade', 'websocket', 'Connection', 'Upgrade'];
  const { rawHeaders } = response;
  const hopByHop = tokens(response.headers.connection).map((name) => name.toLowerCase());
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (hop.has(name) || hopByHop.includes(name) || name.startsWith('proxy-')) continue;
    if (anonymous && name === 'set-cookie') continue;
    kept.push(rawHeaders[index] as string, rawHeaders[index + 1] as string);
  }
  return kept;
}

const hop = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Of a refusal: how to authenticate, which versions there are, when to come again. */
function usefulFields(response: IncomingMessage): string[] {
  const fields: string[] = [];
  for (const name of ['WWW-Authenticate', 'Sec-WebSocket-Version', 'Retry-After']) {
    const value = response.headers[name.toLowerCase()];
    if (value !== undefined) fields.push(name, String(value));
  }
  return fields;
}
