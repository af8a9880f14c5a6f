import { createServer, type Socket } from 'node:net';
import {
  type ListenAddress,
  type Listening,
  listen,
  listenOnDescriptor,
  type PortUse,
} from '../base/listen.ts';
import type { WorkerPort } from './worker-port.ts';

/** Connections that wait while no worker can take them; more are closed. */
const MAX_WAITING = 1_000;

/** A worker that takes connections of one port. */
interface Taker {
  readonly worker: WorkerPort;
  /** The worker's number for the port. */
  readonly id: number;
  /** Waits to leave this process. While it does, others take the next ones: this worker hangs. */
  leaving: Socket | undefined;
}

/**
 * A port that the supervisor listens on. It accepts, and hands connections over in turn without
 * reading from them. So the port does not depend on any worker, a reload leaves no gap, and port 0
 * is the same for all. Node's `cluster` would close the port with the last worker.
 */
class SharedSocket {
  readonly address: ListenAddress;
  readonly #listening: Listening;
  readonly #takers: Taker[] = [];
  readonly #waiting: Socket[] = [];
  #next = 0;

  private constructor(listening: Listening) {
    this.address = { host: listening.host, port: listening.port };
    this.#listening = listening;
  }

  /** Rejects with Node's own errors. */
  static async open(
    address: ListenAddress,
    use: PortUse,
    descriptor: number | undefined,
  ): Promise<SharedSocket> {
    let socket: SharedSocket | undefined;
    const early: Socket[] = [];
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (connection) => {
      connection.on('error', () => connection.destroy());
      if (socket === undefined) early.push(connection);
      else socket.#offer(connection);
    });
    const listening =
      descriptor === undefined ? listen(server, address, use) : listenOnDescriptor(server, descriptor);
    socket = new SharedSocket(await listening);
    for (const connection of early) socket.#offer(connection);
    return socket;
  }

  add(worker: WorkerPort, id: number): void {
    this.#takers.push({ worker, id, leaving: undefined });
    this.#offerWaiting();
  }

  /** It takes no more: it has ended, or wants no more of this port. */
  remove(worker: WorkerPort, hasEnded: boolean): void {
    const at = this.#takers.findIndex((taker) => taker.worker === worker);
    const [taker] = at < 0 ? [] : this.#takers.splice(at, 1);
    if (hasEnded && taker?.leaving !== undefined) this.#offer(taker.leaving);
  }

  close(): void {
    this.#listening.stop();
    for (const connection of this.#waiting.splice(0)) connection.destroy();
  }

  #offer(connection: Socket): void {
    const taker = this.#freeTaker();
    if (taker !== undefined) this.#give(connection, taker);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(connection);
    else connection.destroy();
  }

  #offerWaiting(): void {
    while (this.#waiting.length > 0) {
      const taker = this.#freeTaker();
      if (taker === undefined) return;
      this.#give(this.#waiting.shift() as Socket, taker);
    }
  }

  #freeTaker(): Taker | undefined {
    const { length } = this.#takers;
    for (let step = 0; step < length; step++) {
      const taker = this.#takers[(this.#next + step) % length] as Taker;
      if (taker.leaving !== undefined) continue;
      this.#next = (this.#next + step + 1) % length;
      return taker;
    }
    return undefined;
  }

  #give(connection: Socket, taker: Taker): void {
    taker.leaving = connection;
    taker.worker.give(taker.id, connection, (hasLeft) => {
      taker.leaving = undefined;
      if (!hasLeft) this.#offer(connection);
      this.#offerWaiting();
    });
  }
}

/** All ports of the workers. */
export class SharedSockets {
  /** By use and address as the options have it. */
  readonly #sockets = new Map<
    string,
    { readonly socket: Promise<SharedSocket>; readonly users: Set<number> }
  >();
  /** The key of each port that a worker takes connections of, by the worker's number. */
  readonly #keys = new Map<WorkerPort, Map<number, string>>();
  readonly #ended = new WeakSet<WorkerPort>();
  readonly #descriptor: number | undefined;

  /** `descriptor`: a socket that listens already, in place of the gateway's address. */
  constructor(descriptor: number | undefined) {
    this.#descriptor = descriptor;
  }

  /**
   * Hands connections of a port to a worker of a generation. Resolves with the bound address;
   * rejects with Node's own errors.
   */
  async bind(
    worker: WorkerPort,
    generation: number,
    { id, use, address }: { readonly id: number; readonly use: PortUse; readonly address: ListenAddress },
  ): Promise<ListenAddress> {
    const descriptor = use === 'gateway' ? this.#descriptor : undefined;
    const key = descriptor === undefined ? `${use} ${address.host} ${address.port}` : use;
    const open = () => ({ socket: SharedSocket.open(address, use, descriptor), users: new Set<number>() });
    const entry = this.#sockets.get(key) ?? open();
    this.#sockets.set(key, entry);
    entry.users.add(generation);
    try {
      const socket = await entry.socket;
      // It may have ended meanwhile.
      if (this.#ended.has(worker)) return socket.address;
      const keys = this.#keys.get(worker) ?? new Map<number, string>();
      this.#keys.set(worker, keys.set(id, key));
      socket.add(worker, id);
      return socket.address;
    } catch (error) {
      if (this.#sockets.get(key) === entry) this.#sockets.delete(key);
      throw error;
    }
  }

  /** The worker wants no more connections of a port. */
  stop(worker: WorkerPort, id: number): void {
    const keys = this.#keys.get(worker);
    const key = keys?.get(id);
    if (key === undefined) return;
    keys?.delete(id);
    void this.#sockets.get(key)?.socket.then((socket) => socket.remove(worker, false));
  }

  /** The worker gets no more connections of any port. */
  stopAll(worker: WorkerPort): void {
    for (const id of [...(this.#keys.get(worker)?.keys() ?? [])]) this.stop(worker, id);
  }

  /** The worker has ended. */
  ended(worker: WorkerPort): void {
    this.#ended.add(worker);
    for (const key of this.#keys.get(worker)?.values() ?? []) {
      void this.#sockets.get(key)?.socket.then((socket) => socket.remove(worker, true));
    }
    this.#keys.delete(worker);
  }

  /** Closes the ports that only this generation wanted. The one of the descriptor stays. */
  forget(generation: number): void {
    for (const [key, { socket, users }] of this.#sockets) {
      if (!users.delete(generation) || users.size > 0 || key === 'gateway') continue;
      this.#sockets.delete(key);
      void socket.then((one) => one.close());
    }
  }

  close(): void {
    for (const { socket } of this.#sockets.values()) void socket.then((one) => one.close());
    this.#sockets.clear();
  }
}
