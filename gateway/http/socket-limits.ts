import type { Server, Socket } from 'node:net';
import { errorTable } from '../base/error-table.ts';
import type { Log } from '../base/log.ts';
import { logRefusal } from '../base/refusal-log.ts';
import type { Remedy } from '../base/remedy.ts';
import { plainAddress } from './forwarded.ts';

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

/**
 * Refuses TCP connections beyond the limits, before anything is read from them: those who are
 * connected are not harmed. A refused connection is closed without an answer.
 */
export class SocketGuard {
  readonly #limits: SocketLimits;
  readonly #log: Log;
  readonly #perAddress = new Map<string, number>();
  /**
   * The address that a connection is counted for, as a closed socket does not know it any more;
   * undefined: a trusted proxy's.
   */
  readonly #counted = new Map<Socket, string | undefined>();
  #onEmpty: (() => void)[] = [];
  readonly #onClose: (this: Socket) => void;

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
    server.on('drop', (dropped) => this.#report(dropped?.remoteAddress, 'GW_CONNECTIONS', MORE));
    // After listening, Node reports a failed accept: the process may be out of descriptors.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (server.listening) this.#reportFailure(String(error.code));
    });
  }

  /**
   * Counts a connection until it closes. False: there are too many from its address, and it was
   * closed. A connection that comes again is counted once.
   */
  admit(socket: Socket, isProxy: (address: string) => boolean): boolean {
    const address = socket.remoteAddress;
    if (address === undefined || this.#counted.has(socket)) return true;
    // A connection that another process accepted did not pass Node's own check.
    if (this.#counted.size >= this.#limits.maxSockets) {
      socket.destroy();
      this.#report(address, 'GW_CONNECTIONS', MORE);
      return false;
    }
    const counted = isProxy(address) ? undefined : address;
    const count = counted === undefined ? 0 : (this.#perAddress.get(counted) ?? 0);
    if (count >= this.#limits.maxSocketsPerAddress) {
      socket.destroy();
      this.#report(address, 'GW_CONNECTIONS_PER_ADDRESS', MORE_PER_ADDRESS);
      return false;
    }
    this.#counted.set(socket, counted);
    if (counted !== undefined) this.#perAddress.set(counted, count + 1);
    socket.on('close', this.#onClose);
    return true;
  }

  /** Resolves when no connection is open. */
  emptied(): Promise<void> {
    if (this.#counted.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** Ends every connection at once. */
  destroyAll(): void {
    for (const socket of this.#counted.keys()) socket.destroy();
  }

  #release(socket: Socket): void {
    const address = this.#counted.get(socket);
    this.#counted.delete(socket);
    if (this.#counted.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
    if (address === undefined) return;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  #report(address: string | undefined, code: keyof typeof REASONS, remedy: Remedy): void {
    const reason = REASONS[code];
    const fields = { code, reason, option: errorTable[code].option };
    const remoteAddress = plainAddress(address ?? '');
    logRefusal(this.#log, { ...REFUSED, remoteAddress, fields, cause: '', remedy });
  }

  #reportFailure(code: string): void {
    const fields = { reason: `accept failed: ${code}` };
    logRefusal(this.#log, { ...REFUSED, fields, cause: code, remedy: { advice: 'raise ulimit -n' } });
  }
}

const REFUSED = { level: 'warn', message: 'connection refused' } as const;

const REASONS = {
  GW_CONNECTIONS: 'too many TCP connections',
  GW_CONNECTIONS_PER_ADDRESS: 'too many TCP connections from one address',
} as const;

const MORE: Remedy = { add: { key: 'maxConnections' }, advice: 'and raise ulimit -n' };
const MORE_PER_ADDRESS: Remedy = {
  add: { key: 'maxConnectionsPerAddress' },
  advice: 'or name the proxy that they come from with --trusted-proxy',
};
