import type { IncomingMessage } from 'node:http';
import { answerRaw } from '../base/raw-answer.ts';
import type { FrameReader } from '../cluster/frame.ts';
import type { Headers } from '../http/exchange.ts';
import { fieldsOf, type Upgrade } from '../http/upgrade.ts';
import type { EntryPeer, RemoteEnd } from './entry-peer.ts';
import { RemoteSocket } from './remote-socket.ts';
import { ForwardedHead } from './request-frame.ts';

/** An Upgrade that another node got, at the node whose session it names. */
export class RemoteUpgrade extends ForwardedHead implements Upgrade, RemoteEnd {
  readonly target: string;
  readonly request: IncomingMessage;
  readonly socket: RemoteSocket;
  readonly head: Buffer;

  constructor(frame: FrameReader, peer: EntryPeer) {
    super(frame);
    const { path, query, method } = this;
    this.head = frame.next();
    this.target = query === '' ? path : `${path}?${query}`;
    this.socket = new RemoteSocket(frame.id, peer);
    this.socket.on('error', () => {});
    // All that a handshake reads of it (ws, WebSocketServer.handleUpgrade).
    this.request = {
      method,
      url: this.target,
      headers: this.headers,
      socket: this.socket,
    } as unknown as IncomingMessage;
  }

  leaveWords(words: Buffer): void {
    this.socket.leaveWords(words);
  }

  reply(status: number, headers: Headers, body: string): void {
    answerRaw(this.socket, status, body, fieldsOf(headers));
  }

  received(frame: FrameReader): void {
    this.socket.received(frame);
  }

  linkDrained(): void {
    this.socket.linkDrained();
  }

  lost(): void {
    this.socket.lost();
  }
}
