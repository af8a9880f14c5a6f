import type { Socket } from 'node:net';
import { FastConnection, type FastListeners, type Waiting } from './fast-connection.ts';

/** Times of the lane, in milliseconds: those of the server it belongs to. */
export interface FastLimits {
  readonly headerTimeout: number;
  readonly requestTimeout: number;
  readonly keepAlive: number;
}

/** What a lane needs of its server. */
export interface FastServerHost extends FastListeners {
  readonly limits: FastLimits;
}

/** Milliseconds a client has to go once it was sent the last answer, while what it still sends is thrown away. */
const LINGER = 2_000;

/** Milliseconds between looks for connections that took too long, at most. */
const SWEEP = 1_000;

/**
 * A fast path beside Node's HTTP server, for the few plain requests that make nearly all of the traffic. Half of what a fallback message costs on Node's server is
 * that server (measured with `npm run bench`, rows "bare http" and "bare net"). A connection stays on the lane as long as each request on it is one that the lane
 * knows by sight; with the first that is not, it goes over to Node's server for good.
 */
export class FastServer {
  readonly host: FastServerHost;
  /** Milliseconds for which a connection may wait. */
  readonly timeouts: Readonly<Record<Waiting, number>>;
  readonly #connections = new Set<FastConnection>();
  readonly #sweep: NodeJS.Timeout;
  #common = '';
  #commonUntil = 0;

  constructor(host: FastServerHost) {
    this.host = host;
    const { keepAlive, headerTimeout, requestTimeout } = host.limits;
    this.timeouts = {
      idle: keepAlive,
      head: headerTimeout,
      body: requestTimeout,
      room: requestTimeout,
      rest: requestTimeout,
      answer: Number.POSITIVE_INFINITY,
      end: LINGER,
    };
    const interval = Math.min(SWEEP, headerTimeout / 2);
    this.#sweep = setInterval(() => this.#look(), interval).unref();
  }

  /** Takes a connection that was just accepted. */
  accept(socket: Socket): void {
    this.#connections.add(new FastConnection(socket, this));
  }

  forget(connection: FastConnection): void {
    this.#connections.delete(connection);
  }

  /** The `Date` field (RFC 9110 §6.6.1), made once a second. */
  commonFields(): string {
    const now = Date.now();
    if (now >= this.#commonUntil) {
      this.#common = `date: ${new Date(now).toUTCString()}\r\n`;
      this.#commonUntil = now - (now % 1_000) + 1_000;
    }
    return this.#common;
  }

  /** Ends the connections that wait for a request; with `all`, the others too. */
  close(all: boolean): void {
    clearInterval(this.#sweep);
    for (const connection of this.#connections) connection.close(all);
  }

  #look(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.look(now);
  }
}
