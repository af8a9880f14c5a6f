import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ByteQueue } from '../base/byte-queue.ts';
import { BodyCollection, type BodyGate } from './body-gate.ts';
import type { BodyReceiver, Exchange } from './exchange.ts';
import { type ExchangeConnection, FastExchange } from './fast-exchange.ts';
import { type FastHead, PartialHead, parseFastHead } from './fast-head.ts';
import type { TrustedProxies } from './forwarded.ts';
import { SingleRequestSocket } from './single-request-socket.ts';

/** Receives what arrives on the connections of the fast path. */
export interface FastListeners {
  readonly proxies: TrustedProxies;
  /** Whether the fast path answers requests for this target. Called first. */
  takes(target: string): boolean;
  /** Answers a request; false leaves it to Node. */
  onRequest(exchange: Exchange): boolean;
  /**
   * Takes a connection that begins with `<`, as no request does: Flash players ask for a socket
   * policy that way. Absent: Node refuses it.
   */
  readonly onMarkup?: ((socket: Socket) => void) | undefined;
  /** Gives Node's server a connection, with everything unanswered put back. */
  readonly handOver: (socket: Duplex) => void;
}

/** The server that a connection belongs to. */
export interface ConnectionHost {
  readonly host: FastListeners;
  /** Longest time in each state, in milliseconds. */
  readonly timeouts: Readonly<Record<Waiting, number>>;
  commonFields(): string;
  forget(connection: FastConnection): void;
}

/**
 * Bytes of later requests (pipelining) that are kept while a request is answered. With more, the
 * connection is not read.
 */
const MAX_AHEAD = 16_384;

const TOO_LATE =
  'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n' +
  'content-length: 26\r\n\r\nthe request took too long\n';

/**
 * What a connection waits for: a request; the rest of its head; the rest of its body; the answer;
 * the client to read the answer (`drain`); the end of a body that nobody reads (`discard`); its own
 * end.
 */
export type Waiting = 'idle' | 'head' | 'body' | 'answer' | 'drain' | 'discard' | 'end';

/** One connection on the fast path. It answers one request at a time, in order. */
export class FastConnection implements ExchangeConnection {
  readonly socket: Socket;
  readonly #server: ConnectionHost;
  #waiting: Waiting = 'idle';
  /** When that began. */
  #since = performance.now();
  readonly #unread = new ByteQueue();
  #partial: PartialHead | undefined;
  #exchange: FastExchange | undefined;
  /** Node's server answers the present request. */
  #lent: SingleRequestSocket | undefined;
  /** Bytes of the present request's body that are in `#unread` or have yet to come. */
  #bodyLeft = 0;
  #onBody: BodyReceiver | undefined;
  #gate: BodyGate | undefined;
  /** Absent while the body is complete or nobody reads it. */
  #collection: BodyCollection | undefined;
  #closing = false;
  /** No request has come yet. */
  #fresh = true;

  constructor(socket: Socket, server: ConnectionHost) {
    this.socket = socket;
    this.#server = server;
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
    this.#takeBody();
  }

  answered(goesOn: boolean): void {
    this.#exchange = undefined;
    this.#stopCollecting();
    this.#closing ||= !goesOn;
    if (this.#closing || !this.socket.writableNeedDrain) {
      this.#goOn();
      return;
    }
    // A client that sends requests and reads no answer would fill the memory with answers.
    this.#wait('drain');
    this.socket.once('drain', this.#goOn);
  }

  /** The answer has been written; the next request follows. */
  readonly #goOn = (): void => {
    // The client ended its side while it read the answer.
    if (this.#waiting === 'end') return;
    if (this.#closing) {
      this.#end();
      return;
    }
    if (this.socket.isPaused()) this.socket.resume();
    this.#discardBody();
  };

  #end(): void {
    this.#wait('end');
    this.#unread.clear();
    this.socket.end(() => this.#wait('end'));
    // What still comes is read: an unread connection would be reset, and the answer lost with it.
    this.socket.resume();
  }

  close(all: boolean): void {
    this.#closing = true;
    if (all || this.#waiting === 'idle') this.socket.destroy();
  }

  /** Ends the connection if it has waited too long. */
  checkTime(now: number): void {
    const { timeouts } = this.#server;
    // A client on a slow line may take as long to read an answer as to send a request.
    const least = this.socket.writableLength > 0 ? timeouts.discard : 0;
    if (now - this.#since <= Math.max(least, timeouts[this.#waiting])) return;
    if (this.#waiting !== 'head' && this.#waiting !== 'body') {
      this.socket.destroy();
      return;
    }
    this.#exchange?.lost();
    this.#stopCollecting();
    this.socket.end(TOO_LATE);
    this.#wait('end');
  }

  #wait(waiting: Waiting): void {
    this.#waiting = waiting;
    this.#since = performance.now();
  }

  readonly #onData = (chunk: Buffer): void => {
    switch (this.#waiting) {
      case 'end':
        return;
      case 'head':
        this.#unread.push(chunk);
        this.#readOn(chunk);
        return;
      case 'answer':
      case 'drain':
        this.#unread.push(chunk);
        if (this.#lent !== undefined) this.#lendBody();
        if (this.#unread.size > MAX_AHEAD) this.socket.pause();
        return;
      case 'body':
        this.#unread.push(chunk);
        this.#takeBody();
        return;
      case 'discard':
        this.#unread.push(chunk);
        this.#discardBody();
        return;
      case 'idle':
        this.#unread.push(chunk);
        this.#next();
    }
  };

  /** Drops what has come of a body that was not read. The next request is behind it. */
  #discardBody(): void {
    this.#takeOfBody();
    if (this.#bodyLeft > 0) {
      if (this.#waiting !== 'discard') this.#wait('discard');
      return;
    }
    this.#wait('idle');
    // The caller that answered has not returned yet.
    if (this.#unread.size > 0) queueMicrotask(() => this.#next());
  }

  /** Removes what has come of the body from the unread bytes, and returns it. */
  #takeOfBody(): Buffer | undefined {
    if (this.#bodyLeft === 0 || this.#unread.size === 0) return undefined;
    const bytes = this.#unread.join();
    const body = bytes.subarray(0, this.#bodyLeft);
    this.#bodyLeft -= body.length;
    this.#unread.keep(bytes.subarray(body.length));
    return body;
  }

  /** Reads the next request. */
  #next(): void {
    if (this.#unread.size === 0 || this.#waiting !== 'idle') return;
    const bytes = this.#withoutEmptyLine(this.#unread.join());
    if (bytes.length === 0) return;
    const { host } = this.#server;
    if (this.#fresh && bytes[0] === LESS_THAN && host.onMarkup !== undefined) {
      this.#leaveTo(host.onMarkup);
      return;
    }
    const read = parseFastHead(bytes);
    if (read === 'foreign') this.#leaveTo(host.handOver);
    else if (read === 'incomplete') {
      this.#partial = new PartialHead();
      this.#wait('head');
      this.#readOn(bytes);
    } else this.#answer(read.head, bytes, read.end);
  }

  /** Reads a head that did not come in one packet. */
  #readOn(packet: Buffer): void {
    const state = (this.#partial as PartialHead).push(packet);
    if (state === 'incomplete') return;
    this.#partial = undefined;
    const bytes = this.#unread.join();
    const read = state === 'complete' ? parseFastHead(bytes) : 'foreign';
    if (typeof read === 'string') this.#leaveTo(this.#server.host.handOver);
    else this.#answer(read.head, bytes, read.end);
  }

  #answer(head: FastHead, bytes: Buffer, end: number): void {
    const { host } = this.#server;
    this.#fresh = false;
    this.#bodyLeft = head.length;
    this.#unread.keep(bytes.subarray(end));
    this.#wait('answer');
    if (host.takes(head.target)) {
      const exchange = new FastExchange(head, this, host.proxies);
      this.#exchange = exchange;
      if (host.onRequest(exchange)) return;
      this.#exchange = undefined;
    }
    this.#lend(bytes.subarray(0, end));
  }

  /**
   * Some old browsers send a line end behind the body of a POST (RFC 9112 §2.2). Behind a request
   * it does not begin the next one.
   */
  #withoutEmptyLine(bytes: Buffer): Buffer {
    if (this.#fresh || bytes[0] !== CR || bytes[1] !== LF) return bytes;
    const rest = bytes.subarray(2);
    this.#unread.keep(rest);
    return rest;
  }

  /** Passes the body on if it is complete, or the error if the gate refuses it. */
  #takeBody(): void {
    const done = this.#onBody as BodyReceiver;
    if (this.#unread.size >= this.#bodyLeft) {
      const body = this.#takeOfBody() ?? EMPTY;
      if (this.#waiting === 'body') this.#wait('answer');
      this.#stopCollecting();
      done(body);
      return;
    }
    const refusal = this.#checkBody();
    if (refusal === undefined) {
      if (this.#waiting !== 'body') this.#wait('body');
      return;
    }
    this.#takeOfBody();
    this.#wait('answer');
    this.#stopCollecting();
    done(refusal);
  }

  /** Why the rest of the body is not collected, if the gate refuses it. */
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

  /**
   * Node's server answers this one request: it is plain, but not for the fast path. The connection
   * stays here, so that a page's later requests are fast.
   */
  #lend(head: Buffer): void {
    const lent = new SingleRequestSocket(this.socket, (goesOn) => {
      this.#lent = undefined;
      this.answered(goesOn);
    });
    this.#lent = lent;
    this.#server.host.handOver(lent);
    lent.push(head);
    this.#lendBody();
  }

  #lendBody(): void {
    const body = this.#takeOfBody();
    if (body !== undefined && this.#lent?.push(body) === false) this.socket.pause();
  }

  /** Gives the connection to `taker`, with everything unanswered put back. */
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

  /** As on Node's server, a client that ends its side does not wait for an answer. */
  readonly #onEnd = (): void => {
    if (this.#lent !== undefined) {
      this.#lent.push(null);
      return;
    }
    this.#exchange?.lost();
    this.#stopCollecting();
    this.#wait('end');
    this.socket.end();
  };

  readonly #onError = (): void => {
    this.socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#server.forget(this);
    this.#lent?.destroy();
    this.#exchange?.lost();
    this.#exchange = undefined;
    this.#stopCollecting();
  };
}

const CR = 0x0d;
const LF = 0x0a;
const LESS_THAN = 0x3c;
const EMPTY = Buffer.alloc(0);
