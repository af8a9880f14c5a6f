import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { type ListenAddress, listen } from '../base/listen.ts';

/** All that a player ever asks: 23 bytes. */
const REQUEST = Buffer.from('<policy-file-request/>\0', 'latin1');

/** Milliseconds for the request, and for the client to be gone. Players themselves wait 3 s for an answer. */
const TIMEOUT = 3_000;

/** Connections at once, on both ports together; each lives a few milliseconds. */
const MAX_CONNECTIONS = 200;

/**
 * Answers Flash players that ask for a socket policy: on a port of its own, and on connections that others hand to it. It answers the exact request and
 * closes; anything else, early or late, is closed without a word. No more than the request is ever kept of what a client sends.
 */
export class PolicyService {
  readonly #document: (localAddress: string | undefined) => string;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #closed = false;

  /** `document` makes the answer for a client that reached the gateway at this address. */
  constructor(document: (localAddress: string | undefined) => string, clock: Clock) {
    this.#document = document;
    this.#clock = clock;
    this.#server = createServer((socket) => this.accept(socket));
  }

  /** Connections that are open. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Resolves with the port. Rejects with Node's own errors, such as EACCES for a port below 1024. */
  async listen(address: ListenAddress): Promise<number> {
    return (await listen(this.#server, address)).port;
  }

  /** Takes a connection of which nothing was read. */
  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#closed || this.#sockets.size >= MAX_CONNECTIONS) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const late = this.#clock.setTimeout(() => socket.destroy(), TIMEOUT);
    socket.once('close', () => {
      this.#clock.clearTimeout(late);
      this.#sockets.delete(socket);
    });
    this.#read(socket);
  }

  /** Takes no more clients, also of those that are handed to it, and ends those there are. */
  close(): void {
    this.#closed = true;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #read(socket: Socket): void {
    let read = 0;
    const isAnswered = (): boolean => read === REQUEST.length;
    socket.on('data', (chunk: Buffer) => {
      // What comes behind an answer is passed over: a connection that was not read to its end is reset, and the answer lost with it.
      if (isAnswered()) return;
      const end = read + chunk.length;
      if (!chunk.equals(REQUEST.subarray(read, end))) {
        socket.destroy();
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
