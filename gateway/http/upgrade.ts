import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRaw } from '../base/raw-answer.ts';
import type { Headers, RequestHead } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { NodeHead } from './node-head.ts';

/** A request to change the protocol, and the connection that it is about. */
export interface Upgrade extends RequestHead {
  /** Path and query as they were sent: a query that is empty but there can be told. */
  readonly target: string;
  /** For those who make the handshake themselves. */
  readonly request: IncomingMessage;
  /** Nobody else reads or writes it. Its errors are listened to; its `close` says that it is over. */
  readonly socket: Duplex;
  /** What came behind the request already. */
  readonly head: Buffer;
  /** Answers in place of a 101 and ends the connection. */
  reply(status: number, headers: Headers, body: string): void;
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

  reply(status: number, headers: Headers, body: string): void {
    answerRaw(this.socket, status, body, fieldsOf(headers));
  }
}

/** Names and values in turn. */
function fieldsOf(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
}
