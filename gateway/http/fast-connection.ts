import type { Socket } from 'node:net';
import { ByteQueue } from '../base/byte-queue.ts';
import { BodyCollection, type BodyGate } from './body-gate.ts';
import type { BodyReceiver, Exchange } from './exchange.ts';
import { type ExchangeConnection, FastExchange } from './fast-exchange.ts';
import { parseLaneHead } from './fast-head.ts';
import type { TrustedProxies } from './forwarded.ts';

/** Who is told of what comes over a connection of the lane. */
export interface FastListeners {
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

/** The lane that a connection is on. */
export interface ConnectionHost {
  readonly host: FastListeners;
  /** Milliseconds for which a connection may wait. */
  readonly timeouts: Readonly<Record<Waiting, number>>;
  commonFields(): string;
  forget(connection: FastConnection): void;
}

/** Bytes of requests that come before the present one is answered (pipelining), beyond which the connection is not read. */
const MAX_AHEAD = 65_536;

const TOO_LATE =
  'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n' +
  'content-length: 26\r\n\r\nthe request took too long\n';

/**
 * What a connection waits for: a request, the rest of its head or body, our answer, the client to take what it was answered, a body that nobody wants to be over, or
 * its own end.
 */
export type Waiting = 'idle' | 'head' | 'body' | 'answer' | 'room' | 'rest' | 'end';

/** One connection on the lane: its requests one after the other, until one is foreign. */
export class FastConnection implements ExchangeConnection {
  readonly socket: Socket;
  readonly #server: ConnectionHost;
  #waiting: Waiting = 'idle';
  /** When that began. */
  #since = performance.now();
  /** What came and was not read. */
  readonly #unread = new ByteQueue();
  #exchange: FastExchange | undefined;
  /** Bytes of the present request's body that nobody has taken or passed over yet. */
  #bodyLength = 0;
  #onBody: BodyReceiver | undefined;
  #gate: BodyGate | undefined;
  /** Absent while the body is complete or nobody asked for it. */
  #collection: BodyCollection | undefined;
  #closing = false;
  /** No request came over it yet. */
  #fresh = true;

  constructor(socket: Socket, lane: ConnectionHost) {
    this.socket = socket;
    this.#server = lane;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  commonFields(): string {
    return this.#server.commonFields();
  }

  collect(done: BodyReceiver, gate: BodyGate | undefined): void {
    this.#onBody = done;
    this.#gate = gate;
    if (!this.#takeBody()) this.#wait('body');
  }

  answered(goesOn: boolean): void {
    this.#exchange = undefined;
    this.#stopCollecting();
    this.#closing ||= !goesOn;
    if (this.#closing || !this.socket.writableNeedDrain) {
      this.#goOn();
      return;
    }
    // A client that sends requests and reads no answer would fill the memory with them.
    this.#wait('room');
    this.socket.once('drain', this.#goOn);
  }

  /** The answer is on its way. What came behind its request is next. */
  readonly #goOn = (): void => {
    // The client ended its side while it took the answer.
    if (this.#waiting === 'end') return;
    if (this.#closing) {
      this.#end();
      return;
    }
    if (this.socket.isPaused()) this.socket.resume();
    this.#passOver();
  };

  #end(): void {
    this.#wait('end');
    this.#unread.clear();
    this.socket.end(() => this.#wait('end'));
    // What still comes is thrown away: an unread connection would be reset, and the answer lost with it.
    this.socket.resume();
  }

  close(all: boolean): void {
    this.#closing = true;
    if (all || this.#waiting === 'idle') this.socket.destroy();
  }

  look(now: number): void {
    const { timeouts } = this.#server;
    // A client on a slow line has as long to take an answer as it has to give a request.
    const least = this.socket.writableLength > 0 ? timeouts.rest : 0;
    if (now - this.#since <= Math.max(least, timeouts[this.#waiting])) return;
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
    this.#unread.push(chunk);
    if (this.#waiting === 'answer' || this.#waiting === 'room') {
      if (this.#unread.size > MAX_AHEAD) this.socket.pause();
    } else if (this.#waiting === 'body') this.#takeBody();
    else if (this.#waiting === 'rest') this.#passOver();
    else this.#next();
  };

  /** Throws away what is here of a body that was answered unread; the next request is behind it. */
  #passOver(): void {
    if (this.#bodyLength > 0) {
      const bytes = this.#unread.join();
      const passed = Math.min(bytes.length, this.#bodyLength);
      this.#bodyLength -= passed;
      this.#unread.keep(bytes.subarray(passed));
    }
    if (this.#bodyLength > 0) {
      if (this.#waiting !== 'rest') this.#wait('rest');
      return;
    }
    this.#wait('idle');
    // Not from within the answer: whoever gave it has not returned yet.
    if (this.#unread.size > 0) queueMicrotask(() => this.#next());
  }

  /** Reads the next request. */
  #next(): void {
    if (this.#unread.size === 0 || (this.#waiting !== 'idle' && this.#waiting !== 'head')) return;
    const bytes = this.#withoutEmptyLine(this.#unread.join());
    if (bytes.length === 0) return;
    const { host } = this.#server;
    if (this.#fresh && bytes[0] === LESS_THAN && host.onMarkup !== undefined) {
      this.#leaveTo(host.onMarkup);
      return;
    }
    const read = parseLaneHead(bytes, 0);
    if (read === 'incomplete') {
      if (this.#waiting === 'idle') this.#wait('head');
      return;
    }
    if (read === 'foreign' || !host.takes(read.head.target)) {
      this.#leaveTo(host.handOver);
      return;
    }
    this.#fresh = false;
    const exchange = new FastExchange(read.head, this, host.proxies);
    this.#exchange = exchange;
    this.#bodyLength = read.head.length;
    this.#unread.keep(bytes.subarray(read.end));
    this.#wait('answer');
    if (host.onRequest(exchange)) return;
    this.#exchange = undefined;
    this.#unread.keep(bytes);
    this.#leaveTo(host.handOver);
  }

  /** Some old browsers send a line end behind the body of a POST (RFC 9112 §2.2). Behind a request it is no beginning of the next one. */
  #withoutEmptyLine(bytes: Buffer): Buffer {
    if (this.#fresh || bytes[0] !== CR || bytes[1] !== LF) return bytes;
    const rest = bytes.subarray(2);
    this.#unread.keep(rest);
    if (this.#waiting === 'head') this.#wait('idle');
    return rest;
  }

  /** Hands the body out if it is complete or the gate refuses it. */
  #takeBody(): boolean {
    const length = this.#bodyLength;
    const done = this.#onBody as BodyReceiver;
    if (this.#unread.size < length) {
      const refusal = this.#checkBody();
      if (refusal === undefined) return false;
      this.#stopCollecting();
      if (this.#waiting === 'body') this.#wait('answer');
      done(refusal);
      return true;
    }
    const bytes = this.#unread.join();
    this.#stopCollecting();
    this.#bodyLength = 0;
    this.#unread.keep(bytes.subarray(length));
    if (this.#waiting === 'body') this.#wait('answer');
    done(bytes.subarray(0, length));
    return true;
  }

  /** Why the body is not collected any further, if the gate does not want it. */
  #checkBody(): Error | undefined {
    if (this.#gate === undefined) return undefined;
    this.#collection ??= new BodyCollection(this.#gate, this.#exchange as FastExchange);
    return this.#collection.check(this.#unread);
  }

  #stopCollecting(): void {
    this.#onBody = undefined;
    this.#gate = undefined;
    this.#collection?.close();
    this.#collection = undefined;
  }

  /** The connection is `taker`'s from now on, with all that was not answered put back. */
  #leaveTo(taker: (socket: Socket) => void): void {
    const { socket } = this;
    this.#server.forget(this);
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('error', this.#onError);
    socket.off('close', this.#onClose);
    socket.pause();
    if (this.#unread.size > 0) socket.unshift(this.#unread.take());
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
    this.#server.forget(this);
    this.#exchange?.lost();
    this.#exchange = undefined;
    this.#stopCollecting();
  };
}

const CR = 0x0d;
const LF = 0x0a;
const LESS_THAN = 0x3c;
