import { Agent, type ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { openSocket } from '../backend/dial.ts';
import type { Clock } from '../base/clock.ts';
import { readBeforeReset } from '../channel/read-before-reset.ts';
import type { AppOptions } from './options.ts';

/**
 * Milliseconds that an idle connection is kept. Servers close theirs after two seconds (gunicorn)
 * and more; a request that meets such an end would fail, and only some can be repeated.
 */
const IDLE = 1_500;

/** Idle connections that are kept. */
const MAX_IDLE = 256;

function destroyIt(this: Duplex): void {
  this.destroy();
}

/** The connections to the application. */
export class AppAgent extends Agent {
  readonly #app: Pick<AppOptions, 'secure' | 'hostname' | 'port' | 'ca'>;
  readonly #clock: Clock;

  constructor(app: Pick<AppOptions, 'secure' | 'hostname' | 'port' | 'ca'>, clock: Clock) {
    super({ keepAlive: true, maxFreeSockets: MAX_IDLE, scheduling: 'lifo', timeout: IDLE });
    this.#app = app;
    this.#clock = clock;
  }

  override createConnection(): Duplex {
    const socket = openSocket(this.#app, { ca: this.#app.ca, alpn: ['http/1.1'] });
    socket.setNoDelay(true);
    // It may refuse a long upload and close before it has read all of it.
    readBeforeReset(socket, this.#clock);
    return socket;
  }

  /**
   * Nothing is to come on an idle connection. What comes all the same would be dropped, and its
   * rest, or what follows it, be taken for the answer to the next request.
   */
  override keepSocketAlive(socket: Duplex): boolean {
    const isKept = super.keepSocketAlive(socket) as unknown as boolean;
    if (isKept) socket.on('data', destroyIt);
    return isKept;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', destroyIt);
    super.reuseSocket(socket, request);
  }
}
