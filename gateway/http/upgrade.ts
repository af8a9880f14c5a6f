import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRaw } from '../base/raw-answer.ts';
import type { Headers } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { NodeHead } from './node-head.ts';
import type { RequestHead } from './request-head.ts';

/** A request to change the protocol, and its connection. */
export interface Upgrade extends RequestHead {
  /** Path and query as they were sent, with the `?` of an empty query. */
  readonly target: string;
  /** For code that makes the handshake itself. */
  readonly request: IncomingMessage;
  /** Nobody else reads or writes it. Its `error` event has a listener already. */
  readonly socket: Duplex;
  /** The bytes that have arrived after the request. */
  readonly head: Buffer;
  /**
   * What the client gets before the end if another node writes to it and is lost. Absent: this node
   * writes to its own client.
   */
  leaveWords?(words: Buffer): void;
  /** Answers in place of a 101 and ends the connection. */
  reply(status: number, headers: Headers, body: string): void;
}

/** An Upgrade that Node's server received. */
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

/** Names and values alternate. */
export function fieldsOf(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
}
