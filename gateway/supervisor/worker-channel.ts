import type { Server, Socket } from 'node:net';
import type { Listen, ListenAddress } from '../base/listen.ts';
import { fromSystemError } from '../base/system-error.ts';
import type { BrokerSettings } from '../broker-process/settings.ts';
import { type FromWorker, received, sent, type ToWorker } from './messages.ts';

/** The other side of a worker's messages: `process`, or a test's. */
export interface Supervised {
  send(message: unknown, done?: () => void): void;
  onMessage(listener: (message: unknown, socket: unknown) => void): void;
  /** The supervisor has ended. */
  onDisconnect(listener: () => void): void;
}

/** The IPC channel of this process. */
export function parentChannel(): Supervised {
  return {
    send: (message, done = () => {}) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => done());
      else done();
    },
    onMessage: (listener) => void process.on('message', listener),
    onDisconnect: (listener) => void process.once('disconnect', listener),
  };
}

/** A worker's ports: the supervisor accepts, and hands connections over. */
export class WorkerChannel {
  readonly #parent: Supervised;
  readonly #servers = new Map<number, Server>();
  readonly #binds = new Map<
    number,
    { readonly bound: (address: ListenAddress) => void; readonly failed: (error: Error) => void }
  >();
  #broker:
    | {
        readonly serves: (stompPort: number | undefined) => void;
        readonly failed: (error: Error) => void;
      }
    | undefined;
  #last = 0;

  /** `listener` gets all messages but those about ports. */
  constructor(parent: Supervised, listener: (message: ToWorker) => void) {
    this.#parent = parent;
    parent.onMessage((message, socket) => {
      const known = received<ToWorker>(message);
      if (known === undefined) return;
      if (known.kind === 'connection') this.#accept(known.id, socket as Socket | undefined);
      else if (known.kind === 'bound') this.#binds.get(known.id)?.bound(known.address);
      else if (known.kind === 'bind-failed') this.#binds.get(known.id)?.failed(fromSystemError(known.error));
      else if (known.kind === 'broker-serves') this.#broker?.serves(known.stompPort);
      else if (known.kind === 'broker-failed') this.#broker?.failed(fromSystemError(known.error));
      else listener(known);
    });
  }

  send(message: FromWorker, done?: () => void): void {
    this.#parent.send(sent(message), done);
  }

  /**
   * Has the broker process serve. Resolves with the number of its TCP port, if there is one.
   * Rejects with the error with which Node refused to listen.
   */
  serveBrokers(settings: BrokerSettings): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#broker = { serves: resolve, failed: reject };
      this.send({ kind: 'broker', settings });
    });
  }

  readonly listen: Listen = async (server, address, use) => {
    const id = ++this.#last;
    this.#servers.set(id, server);
    this.send({ kind: 'bind', id, use, address });
    const bound = await new Promise<ListenAddress>((resolve, reject) => {
      this.#binds.set(id, { bound: resolve, failed: reject });
    });
    // What is under way is taken all the same: nobody else can take it any more.
    return { ...bound, stop: () => this.send({ kind: 'stop', id }) };
  };

  /** New clients go to other workers. */
  stop(): void {
    for (const id of this.#servers.keys()) this.send({ kind: 'stop', id });
  }

  #accept(id: number, socket: Socket | undefined): void {
    // Its client may have gone on the way.
    if (socket === undefined) return;
    const server = this.#servers.get(id) as Server & { readonly allowHalfOpen?: boolean };
    // As the server's own `listen` would make the socket.
    socket.allowHalfOpen = server.allowHalfOpen === true;
    socket.setNoDelay(true);
    server.emit('connection', socket);
  }
}
