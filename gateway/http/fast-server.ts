import type { Socket } from 'node:net';
import { monotonicTime } from '../base/clock.ts';
import { AnswerHeads } from './answer-heads.ts';
import type { Headers } from './exchange.ts';
import { FastConnection, type Waiting } from './fast-connection.ts';
import { type EncodedText, encodingOf } from './fast-exchange.ts';
import type { FastListeners } from './fast-listeners.ts';
import { RecentHeads } from './recent-heads.ts';

/** Timeouts of the fast path, in milliseconds: those of the server it belongs to. */
export interface FastLimits {
  readonly headerTimeout: number;
  readonly requestTimeout: number;
  readonly keepAlive: number;
}

/** What the fast path needs of its server. */
export interface FastServerHost extends FastListeners {
  readonly limits: FastLimits;
}

/**
 * Milliseconds in which a client has to close the connection after its last answer. What it still
 * sends is dropped.
 */
const LINGER_TIMEOUT = 2_000;

/** Bytes of a chunk above which it is not remembered. */
const LONGEST_CHUNK = 65_536;

/** Longest time between two looks for connections that took too long, in milliseconds. */
const SWEEP_INTERVAL = 1_000;

/**
 * A fast path beside Node's HTTP server, for the few plain requests that make nearly all of the
 * traffic. Node's server takes half of what a fallback message costs (measured with `npm run
 * bench`, rows "bare http" and "bare net"). A plain request for something else is lent to Node's
 * server (`SingleRequestSocket`). With the first request that is not plain, the connection goes to
 * Node's server and stays there.
 */
export class FastServer {
  readonly host: FastServerHost;
  /** Longest time in each state of a connection, in milliseconds. */
  readonly timeouts: Readonly<Record<Waiting, number>>;
  readonly #connections = new Set<FastConnection>();
  readonly #sweep: NodeJS.Timeout;
  #isRetiring = false;
  readonly recentHeads = new RecentHeads();
  readonly #heads = new AnswerHeads();
  /** The chunk made last: a message may go to many. */
  #chunked = '';
  #chunk: EncodedText = { text: '', encoding: 'latin1' };

  constructor(host: FastServerHost) {
    this.host = host;
    const { keepAlive, headerTimeout, requestTimeout } = host.limits;
    this.timeouts = {
      idle: keepAlive,
      head: headerTimeout,
      body: requestTimeout,
      drain: requestTimeout,
      discard: requestTimeout,
      answer: Number.POSITIVE_INFINITY,
      end: LINGER_TIMEOUT,
    };
    const interval = Math.min(SWEEP_INTERVAL, headerTimeout / 2);
    this.#sweep = setInterval(() => this.#checkTimes(), interval).unref();
  }

  /** Takes a connection that was just accepted. */
  accept(socket: Socket): void {
    this.#connections.add(new FastConnection(socket, this));
  }

  forget(connection: FastConnection): void {
    this.#connections.delete(connection);
  }

  headOf(status: number, headers: Headers): string {
    return this.#heads.headOf(status, headers);
  }

  /** RFC 9112 §7.1. */
  chunkOf(text: string): EncodedText {
    if (text === this.#chunked) return this.#chunk;
    const bytes = Buffer.byteLength(text);
    const chunk = { text: `${bytes.toString(16)}\r\n${text}\r\n`, encoding: encodingOf(text, bytes) };
    if (bytes > LONGEST_CHUNK) return chunk;
    this.#chunked = text;
    this.#chunk = chunk;
    return chunk;
  }

  get isRetiring(): boolean {
    return this.#isRetiring;
  }

  /** From now on each connection ends with its next answer. */
  retire(): void {
    this.#isRetiring = true;
  }

  /** Ends the connections that wait for a request; with `all`, the others too. */
  close(all: boolean): void {
    clearInterval(this.#sweep);
    for (const connection of this.#connections) connection.close(all);
  }

  #checkTimes(): void {
    const now = monotonicTime();
    for (const connection of this.#connections) connection.checkTime(now);
  }
}
