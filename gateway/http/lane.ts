import type { Socket } from 'node:net';
import type { Exchange } from './exchange.ts';
import type { TrustedProxies } from './forwarded.ts';
import { type LaneConnection, LaneExchange } from './lane-exchange.ts';
import { parseLaneHead } from './lane-head.ts';

/** Times of the lane, in milliseconds: those of the server it belongs to. */
export interface LaneLimits {
  readonly headerTimeout: number;
  readonly requestTimeout: number;
  readonly keepAlive: number;
}

/** What a lane needs of its server. */
export interface LaneHost {
  readonly limits: LaneLimits;
  readonly proxies: TrustedProxies;
  /** Whether a request of this target is for the lane; asked before anything else of it is looked at. */
  takes(target: string): boolean;
  /** Answers a request; false leaves it to Node. */
  onRequest(exchange: Exchange): boolean;
  /** Takes a connection that begins with `<`, as no request does: Flash players ask for a socket policy in that way. Absent: Node refuses it. */
  readonly onMarkup?: ((socket: Socket) => void) | undefined;
  /** Gives a connection, with all that was not answered put back, to Node's server. */
  readonly handOver: (socket: Socket) => void;
}

/** Octets of requests that come before the present one is answered (pipelining), beyond which the connection is not read. */
const MAX_AHEAD = 65_536;

/** Milliseconds a client has to go once it was sent the last answer, while what it still sends is thrown away. */
const LINGER = 2_000;

/** Milliseconds between looks for connections that took too long, at most. */
const SWEEP = 1_000;

const TOO_LATE =
  'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n' +
  'content-length: 26\r\n\r\nthe request took too long\n';

/**
 * A fast lane beside Node's HTTP server, for the few plain requests that make nearly all of the traffic. Half of what a fallback message costs on Node's server is
 * that server (measured with `npm run bench`, rows "bare http" and "bare net"). A connection stays on the lane as long as each request on it is one that the lane
 * knows by sight; with the first that is not, it goes over to Node's server for good.
 */
export class Lane {
  readonly host: LaneHost;
  /** Milliseconds for which a connection may wait. */
  readonly patience: Readonly<Record<Waiting, number>>;
  readonly #connections = new Set<Connection>();
  readonly #sweep: NodeJS.Timeout;
  #common = '';
  #commonUntil = 0;

  constructor(host: LaneHost) {
    this.host = host;
    const { keepAlive, headerTimeout, requestTimeout } = host.limits;
    this.patience = {
      idle: keepAlive,
      head: headerTimeout,
      body: requestTimeout,
      rest: requestTimeout,
      answer: Number.POSITIVE_INFINITY,
      end: LINGER,
    };
    const interval = Math.min(SWEEP, headerTimeout / 2);
    this.#sweep = setInterval(() => this.#look(), interval).unref();
  }

  /** Takes a connection that was just accepted. */
  accept(socket: Socket): void {
    this.#connections.add(new Connection(socket, this));
  }

  forget(connection: Connection): void {
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

/** What a connection waits for: a request, the rest of its head or body, our answer, a body that nobody wants to be over, or its own end. */
type Waiting = 'idle' | 'head' | 'body' | 'answer' | 'rest' | 'end';

class Connection implements LaneConnection {
  readonly socket: Socket;
  readonly #lane: Lane;
  #waiting: Waiting = 'idle';
  /** When that began. */
  #since = performance.now();
  /** What came and was not read, and how much that is. Pieces are put together when they are looked at, so that small ones cost no more than their octets. */
  #pieces: Buffer[] = [];
  #size = 0;
  #exchange: LaneExchange | undefined;
  /** Octets of body that are asked for, or to be passed over. */
  #bodyLength = 0;
  #onBody: ((body: Buffer) => void) | undefined;
  #closing = false;
  /** No request came over it yet. */
  #fresh = true;

  constructor(socket: Socket, lane: Lane) {
    this.socket = socket;
    this.#lane = lane;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  commonFields(): string {
    return this.#lane.commonFields();
  }

  collect(length: number, done: (body: Buffer) => void): void {
    this.#bodyLength = length;
    this.#onBody = done;
    if (!this.#takeBody()) this.#wait('body');
  }

  answered(goesOn: boolean, unread: number): void {
    this.#exchange = undefined;
    this.#onBody = undefined;
    this.#bodyLength = unread;
    if (!goesOn || this.#closing) {
      this.#wait('end');
      this.#putBack(EMPTY);
      this.socket.end(() => this.#wait('end'));
      // What still comes is thrown away: an unread connection would be reset, and the answer lost with it.
      this.socket.resume();
      return;
    }
    if (this.socket.isPaused()) this.socket.resume();
    this.#passOver();
  }

  close(all: boolean): void {
    this.#closing = true;
    if (all || this.#waiting === 'idle') this.socket.destroy();
  }

  look(now: number): void {
    const { patience } = this.#lane;
    // A client on a slow line has as long to take an answer as it has to give a request.
    const least = this.socket.writableLength > 0 ? patience.rest : 0;
    if (now - this.#since <= Math.max(least, patience[this.#waiting])) return;
    const late = this.#waiting === 'head' || this.#waiting === 'body';
    if (late) this.socket.end(TOO_LATE);
    if (late) this.#wait('end');
    else this.socket.destroy();
  }

  #wait(waiting: Waiting): void {
    this.#waiting = waiting;
    this.#since = performance.now();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#waiting === 'end') return;
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#waiting === 'answer') {
      if (this.#size > MAX_AHEAD) this.socket.pause();
    } else if (this.#waiting === 'body') this.#takeBody();
    else if (this.#waiting === 'rest') this.#passOver();
    else this.#next();
  };

  /** Throws away what is here of a body that was answered unread; the next request is behind it. */
  #passOver(): void {
    if (this.#bodyLength > 0) {
      const octets = this.#join();
      const passed = Math.min(octets.length, this.#bodyLength);
      this.#bodyLength -= passed;
      this.#putBack(octets.subarray(passed));
    }
    if (this.#bodyLength > 0) {
      if (this.#waiting !== 'rest') this.#wait('rest');
      return;
    }
    this.#wait('idle');
    // Not from within the answer: whoever gave it has not returned yet.
    if (this.#size > 0) queueMicrotask(() => this.#next());
  }

  /** Reads the next request. */
  #next(): void {
    if (this.#size === 0 || (this.#waiting !== 'idle' && this.#waiting !== 'head')) return;
    const octets = this.#join();
    const { host } = this.#lane;
    if (this.#fresh && octets[0] === LESS_THAN && host.onMarkup !== undefined) {
      this.#leaveTo(host.onMarkup);
      return;
    }
    const read = parseLaneHead(octets, 0);
    if (read === 'incomplete') {
      if (this.#waiting === 'idle') this.#wait('head');
      return;
    }
    if (read === 'foreign' || !host.takes(read.head.target)) {
      this.#leaveTo(host.handOver);
      return;
    }
    this.#fresh = false;
    const exchange = new LaneExchange(read.head, this, host.proxies);
    this.#exchange = exchange;
    this.#putBack(octets.subarray(read.end));
    this.#wait('answer');
    if (host.onRequest(exchange)) return;
    this.#exchange = undefined;
    this.#putBack(octets);
    this.#leaveTo(host.handOver);
  }

  /** Hands the body out if it is whole. */
  #takeBody(): boolean {
    const length = this.#bodyLength;
    if (this.#size < length) return false;
    const octets = this.#join();
    const done = this.#onBody as (body: Buffer) => void;
    this.#onBody = undefined;
    this.#putBack(octets.subarray(length));
    if (this.#waiting === 'body') this.#wait('answer');
    done(octets.subarray(0, length));
    return true;
  }

  #join(): Buffer {
    const [only = EMPTY] = this.#pieces;
    if (this.#pieces.length < 2) return only;
    const joined = Buffer.concat(this.#pieces, this.#size);
    this.#pieces = [joined];
    return joined;
  }

  /** Leaves just this to be read. */
  #putBack(octets: Buffer): void {
    this.#pieces = octets.length === 0 ? [] : [octets];
    this.#size = octets.length;
  }

  /** The connection is `taker`'s from now on, with all that was not answered put back. */
  #leaveTo(taker: (socket: Socket) => void): void {
    const { socket } = this;
    this.#lane.forget(this);
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('error', this.#onError);
    socket.off('close', this.#onClose);
    socket.pause();
    if (this.#size > 0) socket.unshift(this.#join());
    this.#putBack(EMPTY);
    taker(socket);
    socket.resume();
  }

  /** As Node's server does it: who ends its side does not wait for an answer. */
  readonly #onEnd = (): void => {
    this.#exchange?.lost();
    this.#wait('end');
    this.socket.end();
  };

  readonly #onError = (): void => {
    this.socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#lane.forget(this);
    this.#exchange?.lost();
    this.#exchange = undefined;
    this.#onBody = undefined;
  };
}

const EMPTY = Buffer.alloc(0);
const LESS_THAN = 0x3c;
