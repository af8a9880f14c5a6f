import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { answerRaw } from '../base/raw-answer.ts';
import { logRefusal } from '../base/refusal-log.ts';
import { logRefusedRequest } from '../base/refused-request.ts';
import type { Remedy } from '../base/remedy.ts';
import { plainAddress } from './forwarded.ts';

/** Node's error for a request that it could not read, with the bytes that it was reading. */
interface ClientError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** An error for a client that was too slow. */
export function tooLate(key: 'headerTimeout' | 'requestTimeout'): RequestError {
  return new RequestError('GW_TIMEOUT', undefined, { add: { key } });
}

/**
 * Answers requests that Node could not read, and logs them. Once an answer has begun on the
 * connection, another one would be read as a part of it; `_httpMessage` tells, as in Node's default
 * (lib/_http_server.js, socketOnError).
 */
export function clientErrorListener(log: Log): (error: ClientError, socket: Duplex) => void {
  return (error, socket) => {
    const begun = (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage?.headersSent === true;
    if (begun || error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const refusal = refusalOf(error);
    logUnread(log, socket, refusal, error.rawPacket);
    answerRaw(socket, refusal.status, refusal.message);
  };
}

/** Logs a request that was not read to its end. `packet`: what came last of it. */
export function logUnread(log: Log, socket: Duplex, refusal: RequestError, packet?: Buffer): void {
  logRefusedRequest(log, { ...factsOf(packet), remoteAddress: addressOf(socket) }, refusal);
}

function addressOf(socket: Duplex): string {
  return plainAddress((socket as { remoteAddress?: string }).remoteAddress ?? '');
}

/** What the beginning of a head says, as far as the packet has it. */
function factsOf(packet: Buffer | undefined) {
  const text = packet?.toString('latin1', 0, 2_048) ?? '';
  const [, method = '', path = ''] = /^([A-Z]{1,16}) ([^\s?]*)/.exec(text) ?? [];
  const host = /^host:[ \t]*([^\r\n]*)/im.exec(text)?.[1] ?? '';
  return { method, path, host, origin: undefined };
}

function refusalOf({ code = '', rawPacket }: ClientError): RequestError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestError('GW_HEADER');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestError('GW_BODY', 'chunk extensions too long', {
        advice: 'the client sends no data so',
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestError('GW_TIMEOUT', undefined, SLOW);
    default:
      return new RequestError('GW_MALFORMED', undefined, notHttp(rawPacket));
  }
}

/** Node does not say whether the head or the body took too long. */
const SLOW: Remedy = {
  add: { key: 'headerTimeout' },
  advice: 'and raise --request-timeout if bodies take that long',
};

/** What was sent in place of HTTP. */
function notHttp(packet: Buffer | undefined): Remedy {
  // A record of TLS with a handshake (RFC 8446 §5.1).
  if (packet?.[0] === 0x16) {
    return {
      add: { key: 'tlsCert', value: 'FILE.pem' },
      advice: 'with --tls-key, if clients shall speak TLS here; this port is plain HTTP',
    };
  }
  if (packet?.[0] === 0x3c) return { add: { key: 'policyPort', value: '843' }, advice: 'if this is Flash' };
  const start = packet?.toString('latin1', 0, 6) ?? '';
  if (start === 'PROXY ') return { advice: 'the proxy speaks the PROXY protocol: turn send-proxy off there' };
  if (start === 'PRI * ') return { advice: 'the proxy speaks HTTP/2: let it speak HTTP/1.1 to the gateway' };
  return { advice: 'the client, or a proxy before it, sends no valid HTTP' };
}

/** Logs TLS handshakes that fail. Clients that go away meanwhile are none. */
export function tlsErrorListener(log: Log): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return ({ code = '' }, socket) => {
    const failure = tlsFailure(code);
    if (failure === undefined) return;
    const { reason, remedy } = failure;
    const fields = { code: 'GW_TLS', reason };
    const remoteAddress = addressOf(socket);
    logRefusal(log, {
      level: 'warn',
      message: 'connection refused',
      remoteAddress,
      fields,
      cause: reason,
      remedy,
    });
  };
}

const OLD_CLIENTS = "{ minVersion: TLSv1, ciphers: 'DEFAULT@SECLEVEL=0' }";

function tlsFailure(code: string): { reason: string; remedy: Remedy } | undefined {
  if (code === 'ERR_SSL_HTTP_REQUEST') {
    const advice = 'write https:// and wss:// in the page, or leave --tls-cert out';
    return { reason: 'the client speaks plain HTTP to a port with TLS', remedy: { advice } };
  }
  if (
    /UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|NO_SHARED_CIPHER|NO_SUITABLE|ALERT_HANDSHAKE_FAILURE/.test(code)
  ) {
    const add = { key: 'tls', value: OLD_CLIENTS, isTable: true };
    const advice = 'if clients of that age shall connect';
    return { reason: 'the client speaks only old versions of TLS', remedy: { add, advice } };
  }
  if (/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/.test(code)) {
    const advice = 'use a certificate that clients trust, with its whole chain';
    return { reason: 'the client does not trust the certificate', remedy: { advice } };
  }
  return undefined;
}
