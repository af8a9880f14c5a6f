import type { Server, Socket } from 'node:net';
import type { Log } from '../base/log.ts';

/** Most TCP connections at a time. */
export interface SocketLimits {
  readonly maxSockets: number;
  /** From one address that is not a trusted proxy. */
  readonly maxSocketsPerAddress: number;
}

/**
 * TCP connections for each WebSocket connection: a fallback session of an old browser has two, and
 * its page may be loading over a third.
 */
const PER_CONNECTION = 3;

/** Further TCP connections, so that clients over a limit still get the HTTP answer that says so. */
const EXTRA = 2_000;

/** Descriptors that stay free for listening, log, files and timers. */
const RESERVED = 64;

/**
 * The limits that follow from those of WebSocket connections. Half of the descriptors stay free for
 * connections to backends.
 */
export function socketLimits(
  connections: { readonly maxConnections: number; readonly maxConnectionsPerAddress: number },
  descriptors: number | undefined,
): SocketLimits {
  const spare =
    descriptors === undefined ? Number.POSITIVE_INFINITY : Math.floor((descriptors - RESERVED) / 2);
  return {
    maxSockets: Math.max(1, Math.min(PER_CONNECTION * connections.maxConnections + EXTRA, spare)),
    maxSocketsPerAddress: PER_CONNECTION * connections.maxConnectionsPerAddress + EXTRA,
  };
}

/** Milliseconds in which refused connections are reported in one line. */
const REPORT_INTERVAL = 10_000;

/**
 * Refuses TCP connections beyond the limits, before anything is read from them: those who are
 * connected are not harmed. A refused connection is closed without an answer.
 */
export class SocketGuard {
  readonly #limits: SocketLimits;
  readonly #log: Log;
  readonly #perAddress = new Map<string, number>();
  /** The address that a connection is counted for: a closed socket does not know it any more. */
  readonly #counted = new WeakMap<Socket, string>();
  readonly #onClose: (this: Socket) => void;
  #refused = 0;
  #reportAt = 0;

  constructor(server: Server, limits: SocketLimits, log: Log) {
    this.#limits = limits;
    this.#log = log;
    const release = (socket: Socket): void => this.#release(socket);
    // One listener for all connections, since there are many.
    this.#onClose = function (this: Socket): void {
      release(this);
    };
    // Node closes what is beyond, without making a socket of it.
    server.maxConnections = limits.maxSockets;
    server.on('drop', () => this.#report('too many TCP connections', '--max-connections, ulimit -n'));
    // After listening, Node reports a failed accept: the process may be out of descriptors.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (server.listening) this.#report(`accept failed: ${error.code}`, 'ulimit -n');
    });
  }

  /**
   * Counts a connection until it closes. False: there are too many from its address, and it was
   * closed. A connection that comes again is counted once.
   */
  admit(socket: Socket, isProxy: (address: string) => boolean): boolean {
    const address = socket.remoteAddress;
    if (address === undefined || this.#counted.has(socket) || isProxy(address)) return true;
    const count = this.#perAddress.get(address) ?? 0;
    if (count >= this.#limits.maxSocketsPerAddress) {
      socket.destroy();
      this.#report('too many TCP connections from one address', '--max-connections-per-address');
      return false;
    }
    this.#counted.set(socket, address);
    this.#perAddress.set(address, count + 1);
    socket.on('close', this.#onClose);
    return true;
  }

  #release(socket: Socket): void {
    const address = this.#counted.get(socket) as string;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  #report(message: string, option: string): void {
    this.#refused++;
    const now = performance.now();
    if (now < this.#reportAt) return;
    this.#log.warn(message, { option, refused: this.#refused });
    this.#refused = 0;
    this.#reportAt = now + REPORT_INTERVAL;
  }
}
