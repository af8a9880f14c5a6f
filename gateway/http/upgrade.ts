import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Headers, RequestHead } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { NodeHead } from './node-head.ts';

/** A request to change the protocol, and the connection that it is about. */
export interface Upgrade extends RequestHead {
  /** For those who make the handshake themselves. */
  readonly request: IncomingMessage;
  /** Nobody else reads or writes it. Its errors are listened to; its `close` says that it is over. */
  readonly socket: Duplex;
  /** What came behind the request already. */
  readonly head: Buffer;
  /** Answers in place of a 101 and ends the connection. */
  refuse(status: number, reason: string, headers?: Headers): void;
}

/** An Upgrade as Node's server tells of it. */
export class NodeUpgrade extends NodeHead implements Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;

  constructor(request: IncomingMessage, socket: Duplex, head: Buffer, proxies: TrustedProxies) {
    super(request, proxies);
    this.request = request;
    this.socket = socket;
    this.head = head;
  }

  refuse(status: number, reason: string, headers: Headers = {}): void {
    refuseRaw(this.socket, status, reason, headers);
  }
}

/** A whole plain-text answer, without body if there is no reason, on a connection that no server writes on any more, and the end of it. */
export function refuseRaw(socket: Duplex, status: number, reason: string, headers: Headers = {}): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = reason === '' ? '' : `${reason}\n`;
  const fields: Headers = {
    connection: 'close',
    ...(body !== '' && { 'content-type': 'text/plain; charset=utf-8' }),
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}\r\n${body}`);
}
