import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { type Listen, type ListenAddress, type Listening, listen } from '../base/listen.ts';

/** The only request that players send: 23 bytes. */
const REQUEST = Buffer.from('<policy-file-request/>\0', 'latin1');

/**
 * Milliseconds in which a client has to send the request, read the answer and close. Players wait 3
 * s for the answer.
 */
const TIMEOUT = 3_000;

/** Most connections at a time, on both ports together. Each lasts a few milliseconds. */
const MAX_CONNECTIONS = 200;

type OnRefused = (remoteAddress: string, reason: string) => void;

/**
 * Answers Flash players' requests for a socket policy: on a port of its own, and on connections to
 * other ports that are passed to it. It answers exactly that request and closes. It closes without
 * an answer if anything else comes, or nothing in time. It keeps nothing of what a client sends.
 */
export class PolicyService {
  readonly #document: (localAddress: string | undefined) => string;
  readonly #clock: Clock;
  readonly #onRefused: OnRefused;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #listening: Listening | undefined;
  #closed = false;

  /**
   * `document` makes the answer for a client that connected to this address. `onRefused` hears of
   * connections that get none.
   */
  constructor(
    document: (localAddress: string | undefined) => string,
    clock: Clock,
    onRefused: OnRefused = () => {},
  ) {
    this.#document = document;
    this.#clock = clock;
    this.#onRefused = onRefused;
    this.#server = createServer((socket) => this.accept(socket));
  }

  /** Connections that are open. */
  get size(): number {
    return this.#sockets.size;
  }

  /**
   * Resolves with the port. Rejects with Node's own errors, such as EACCES for a port below 1024.
   */
  async listen(address: ListenAddress, via: Listen = listen): Promise<number> {
    this.#listening = await via(this.#server, address, 'policy');
    return this.#listening.port;
  }

  /** Takes no more connections on its own port. */
  retire(): void {
    this.#listening?.stop();
  }

  /** Takes a connection from which nothing has been read. */
  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#closed || this.#sockets.size >= MAX_CONNECTIONS) {
      this.#refuse(socket, this.#closed ? 'shutting down' : 'too many policy requests at a time');
      return;
    }
    this.#sockets.add(socket);
    const late = this.#clock.setTimeout(() => this.#refuse(socket, 'no policy request in time'), TIMEOUT);
    socket.once('close', () => {
      this.#clock.clearTimeout(late);
      this.#sockets.delete(socket);
    });
    this.#read(socket);
  }

  /** Ends all connections, and those that are passed to it from now on. */
  close(): void {
    this.#closed = true;
    this.#listening?.stop();
    for (const socket of this.#sockets) socket.destroy();
  }

  #refuse(socket: Socket, reason: string): void {
    this.#onRefused(socket.remoteAddress ?? '', reason);
    socket.destroy();
  }

  #read(socket: Socket): void {
    let read = 0;
    const isAnswered = (): boolean => read === REQUEST.length;
    socket.on('data', (chunk: Buffer) => {
      // What follows the request is read and dropped: an unread connection would be reset, and the
      // answer lost with it.
      if (isAnswered()) return;
      const end = read + chunk.length;
      if (!chunk.equals(REQUEST.subarray(read, end))) {
        this.#refuse(socket, 'not a policy request');
        return;
      }
      read = end;
      if (isAnswered()) socket.end(this.#document(socket.localAddress));
    });
    socket.on('end', () => {
      if (!isAnswered()) socket.destroy();
    });
  }
}
