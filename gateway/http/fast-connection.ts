import type { Socket } from 'node:net';
import { monotonicTime } from '../base/clock.ts';
import { emitAtOnce } from '../base/emit-at-once.ts';
import { RequestError } from '../base/errors.ts';
import { runTurn } from '../base/flush-queue.ts';
import { BodyCollection, type BodyGate } from './body-gate.ts';
import { tooLate } from './client-errors.ts';
import type { BodyReceiver, Headers } from './exchange.ts';
import { type EncodedText, type ExchangeConnection, FastExchange } from './fast-exchange.ts';
import type { FastListeners } from './fast-listeners.ts';
import { NO_MEMORY, TOO_LATE } from './final-answers.ts';
import { IncomingBytes, type ReadHead } from './incoming-bytes.ts';
import type { RecentHeads } from './recent-heads.ts';
import { SingleRequestSocket } from './single-request-socket.ts';

/** The server that a connection belongs to. */
export interface ConnectionHost {
  readonly host: FastListeners;
  /** Longest time in each state, in milliseconds. */
  readonly timeouts: Readonly<Record<Waiting, number>>;
  /** It takes no more connections, and each ends with its next answer. */
  readonly isRetiring: boolean;
  readonly recentHeads: RecentHeads;
  headOf(status: number, headers: Headers): string;
  chunkOf(text: string): EncodedText;
  forget(connection: FastConnection): void;
}

/**
 * Bytes of later requests (pipelining) that are kept while a request is answered. With more, the
 * connection is not read.
 */
const MAX_AHEAD = 16_384;

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
  #since = monotonicTime();
  readonly #incoming: IncomingBytes;
  #exchange: FastExchange | undefined;
  /** Node's server answers the present request. */
  #lent: SingleRequestSocket | undefined;
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
    this.#incoming = new IncomingBytes(socket, server.host.memory, server.recentHeads);
    (socket as ConnectedSocket)[CONNECTION] = this;
    for (const [event, listener] of FastConnection.#listeners) socket.on(event, listener);
    emitAtOnce(socket);
  }

  /**
   * The same functions for all connections, since most connections wait for days: one for each
   * would be 400 bytes.
   */
  static readonly #listeners: readonly [string, (this: Socket, chunk: Buffer) => void][] = [
    [
      'data',
      function (this: Socket, chunk: Buffer): void {
        runTurn(FastConnection.#receive, connectionOf(this), chunk);
      },
    ],
    [
      'end',
      function (this: Socket): void {
        connectionOf(this).#clientEnded();
      },
    ],
    [
      'error',
      function (this: Socket): void {
        this.destroy();
      },
    ],
    [
      'close',
      function (this: Socket): void {
        connectionOf(this).#closed();
      },
    ],
  ];

  static readonly #receive = (connection: FastConnection, chunk: Buffer): void => connection.#received(chunk);

  static readonly #onDrain = function (this: Socket): void {
    connectionOf(this).#goOn();
  };

  get isRetiring(): boolean {
    return this.#server.isRetiring;
  }

  headOf(status: number, headers: Headers): string {
    return this.#server.headOf(status, headers);
  }

  chunkOf(text: string): EncodedText {
    return this.#server.chunkOf(text);
  }

  forgetHead(): void {
    this.#incoming.forgetHead();
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
    this.socket.once('drain', FastConnection.#onDrain);
  }

  /** The answer has been written; the next request follows. */
  #goOn(): void {
    // The client ended its side while it read the answer.
    if (this.#waiting === 'end') return;
    if (this.#closing) {
      this.#end();
      return;
    }
    if (this.socket.isPaused()) this.socket.resume();
    this.#discardBody();
  }

  #end(): void {
    this.#wait('end');
    this.#drop();
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
    const refusal = tooLate(this.#waiting === 'head' ? 'headerTimeout' : 'requestTimeout');
    this.#endWith(TOO_LATE, refusal);
  }

  #endWith(answer: string, refusal: RequestError): void {
    this.#server.host.onUnread(this.socket, refusal);
    this.#wait('end');
    this.#drop();
    this.socket.end(answer);
  }

  #drop(): void {
    this.#incoming.queue.clear();
    this.#incoming.release();
  }

  #wait(waiting: Waiting): void {
    this.#waiting = waiting;
    // An answer may take any time.
    if (waiting !== 'answer') this.#since = monotonicTime();
  }

  #received(chunk: Buffer): void {
    if (this.#waiting === 'end') return;
    this.#incoming.queue.push(chunk);
    switch (this.#waiting) {
      case 'head':
        this.#read(this.#incoming.continueHead(chunk));
        return;
      case 'answer':
      case 'drain':
        if (this.#lent !== undefined) this.#lendBody();
        this.#waitBehind();
        return;
      case 'body':
        this.#takeBody();
        return;
      case 'discard':
        this.#discardBody();
        return;
      default:
        this.#next();
    }
  }

  /** Keeps requests behind the present one, within bounds. */
  #waitBehind(): void {
    const { size } = this.#incoming.queue;
    if (size === 0) return;
    if (!this.#incoming.hold() || size > MAX_AHEAD) this.socket.pause();
  }

  /** Drops what has come of a body that was not read. The next request is behind it. */
  #discardBody(): void {
    const { queue } = this.#incoming;
    this.#incoming.takeBody();
    if (this.#incoming.bodyLeft > 0) {
      if (this.#waiting !== 'discard') this.#wait('discard');
      return;
    }
    this.#wait('idle');
    // The caller that answered has not returned yet.
    if (queue.size > 0) queueMicrotask(() => this.#next());
  }

  /** Reads the next request. */
  #next(): void {
    const { queue } = this.#incoming;
    if (queue.size === 0 || this.#waiting !== 'idle') return;
    this.#incoming.release();
    this.#dropEmptyLine();
    if (queue.size === 0) return;
    const { onMarkup } = this.#server.host;
    if (this.#fresh && onMarkup !== undefined && queue.join()[0] === LESS_THAN) this.#leaveTo(onMarkup);
    else this.#read(this.#incoming.beginHead());
  }

  #read(read: ReadHead | 'incomplete' | 'foreign'): void {
    if (read === 'foreign') this.#leaveTo(this.#server.host.handOver);
    else if (read !== 'incomplete') this.#answer(read);
    else if (!this.#incoming.hold()) this.#endWith(NO_MEMORY, new RequestError('GW_MEMORY'));
    else if (this.#waiting !== 'head') this.#wait('head');
  }

  #answer({ head, bytes }: ReadHead): void {
    const { host } = this.#server;
    this.#fresh = false;
    this.#wait('answer');
    if (host.takes(head.target)) {
      const exchange = new FastExchange(head, this, host.proxies);
      this.#exchange = exchange;
      if (host.onRequest(exchange)) return;
      this.#exchange = undefined;
    }
    this.#lend(bytes.subarray(0, head.size));
  }

  /**
   * Some old browsers send a line end behind the body of a POST (RFC 9112 §2.2). Behind a request
   * it does not begin the next one.
   */
  #dropEmptyLine(): void {
    if (!this.#fresh) this.#incoming.dropEmptyLine();
  }

  /** Passes the body on if it is complete, or the error if the gate refuses it. */
  #takeBody(): void {
    const done = this.#onBody as BodyReceiver;
    if (this.#incoming.queue.size >= this.#incoming.bodyLeft) {
      const body = this.#incoming.takeBody() ?? EMPTY;
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
    this.#incoming.takeBody();
    this.#wait('answer');
    this.#stopCollecting();
    done(refusal);
  }

  /** Why the rest of the body is not collected, if the gate refuses it. */
  #checkBody(): Error | undefined {
    if (this.#gate === undefined) return undefined;
    this.#collection ??= new BodyCollection(this.#gate, this.#exchange as FastExchange);
    return this.#collection.check(this.#incoming.queue);
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
    const body = this.#incoming.takeBody();
    if (body !== undefined && this.#lent?.push(body) === false) this.socket.pause();
  }

  /** Gives the connection to `taker`, with everything unanswered put back. */
  #leaveTo(taker: (socket: Socket) => void): void {
    const { socket } = this;
    this.#server.forget(this);
    for (const [event, listener] of FastConnection.#listeners) socket.off(event, listener);
    (socket as ConnectedSocket)[CONNECTION] = undefined;
    socket.pause();
    const { queue } = this.#incoming;
    if (queue.size > 0) socket.unshift(queue.take());
    this.#incoming.release();
    taker(socket);
    socket.resume();
  }

  /** As on Node's server, a client that ends its side does not wait for an answer. */
  #clientEnded(): void {
    if (this.#lent !== undefined) {
      this.#lent.push(null);
      return;
    }
    this.#exchange?.lost();
    this.#stopCollecting();
    this.#wait('end');
    this.socket.end();
  }

  #closed(): void {
    this.#server.forget(this);
    this.#lent?.destroy();
    this.#exchange?.lost();
    this.#exchange = undefined;
    this.#stopCollecting();
    this.#drop();
  }
}

const CONNECTION = Symbol('connection');

type ConnectedSocket = Socket & { [CONNECTION]?: FastConnection | undefined };

function connectionOf(socket: Socket): FastConnection {
  return (socket as ConnectedSocket)[CONNECTION] as FastConnection;
}

const LESS_THAN = 0x3c;
const EMPTY = Buffer.alloc(0);
