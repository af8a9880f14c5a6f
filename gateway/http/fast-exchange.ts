import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { joinedHeaders } from '../base/raw-headers.ts';
import { type BodyGate, bodyTooLong } from './body-gate.ts';
import type {
  BodyReceiver,
  DrainListener,
  Exchange,
  Headers,
  RequestHead,
  ResponseStream,
} from './exchange.ts';
import type { FastHead } from './fast-head.ts';
import type { TrustedProxies } from './forwarded.ts';
import { Head } from './head.ts';

/** What an exchange needs of its connection. */
export interface ExchangeConnection {
  readonly socket: Socket;
  /** The server takes no more connections: this one ends with its next answer. */
  readonly isRetiring: boolean;
  /** The fields that all answers have in common, each with its CR LF. */
  commonFields(): string;
  /** Calls `done` once the body is complete, or with the error that `gate` refuses it with. */
  collect(done: BodyReceiver, gate: BodyGate | undefined): void;
  /** The answer is complete. Unless `goesOn`, the connection ends behind it. */
  answered(goesOn: boolean): void;
}

/** An exchange on the fast path: one answer is one write, and a chunk of a stream is one write. */
export class FastExchange extends Head implements Exchange {
  readonly #connection: ExchangeConnection;
  readonly #length: number;
  /** The connection ends behind the answer. */
  #closes: boolean;
  #begun = false;
  #complete = false;
  #gone: (() => void) | undefined;

  constructor(head: FastHead, connection: ExchangeConnection, proxies: TrustedProxies) {
    super(head.method, head.target, head.rawHeaders, connection.socket, proxies);
    this.#connection = connection;
    this.#length = head.length;
    this.#closes = head.closes;
  }

  get headers(): RequestHead['headers'] {
    return joinedHeaders(this.rawHeaders);
  }

  readBody(limit: number, done: BodyReceiver, gate?: BodyGate): void {
    if (this.#length > limit) done(bodyTooLong());
    else this.#connection.collect(done, gate);
  }

  reply(status: number, headers: Headers, body: string | Buffer): void {
    if (this.#begun) return;
    this.#begun = true;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const lengthField = status === 204 || status === 304 ? '' : `content-length: ${length}\r\n`;
    const head = `${this.#headOf(status, headers)}${lengthField}\r\n`;
    const { socket } = this.#connection;
    if (typeof body === 'string') socket.write(head + body);
    else if (body.length <= SMALL_BODY) socket.write(joined(head, body));
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
    this.#finish();
  }

  stream(status: number, headers: Headers): ResponseStream {
    this.#begun = true;
    const head = `${this.#headOf(status, headers)}transfer-encoding: chunked\r\n\r\n`;
    this.forgetRequest();
    return new FastStream(this.#connection.socket, head, this);
  }

  /** The stream has written its end. */
  ended(): void {
    this.#finish();
  }

  onGone(listener: () => void): void {
    this.#gone = listener;
  }

  /** The connection is over, which `onGone` reports unless the answer was complete. */
  lost(): void {
    this.#begun = true;
    if (this.#complete) return;
    this.#complete = true;
    this.#gone?.();
  }

  #headOf(status: number, headers: Headers): string {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${this.#connection.commonFields()}`;
    for (const name in headers) {
      const value = headers[name] as string | string[];
      if (typeof value === 'string') head += `${name}: ${value}\r\n`;
      else for (const one of value) head += `${name}: ${one}\r\n`;
    }
    this.#closes ||= this.#connection.isRetiring;
    return this.#closes ? `${head}connection: close\r\n` : head;
  }

  #finish(): void {
    if (this.#complete) return;
    this.#complete = true;
    this.#gone = undefined;
    this.#connection.answered(!this.#closes);
  }
}

/** Bytes up to which a copy costs less than a write of two buffers. */
const SMALL_BODY = 4_096;

function joined(head: string, body: Buffer): Buffer {
  const answer = Buffer.allocUnsafe(head.length + body.length);
  answer.write(head, 'latin1');
  answer.set(body, head.length);
  return answer;
}

const LAST_CHUNK = '0\r\n\r\n';

/**
 * A chunked answer (RFC 9112 §7.1). Its head leaves with the first chunk, or at the end of this
 * turn of the event loop.
 */
class FastStream implements ResponseStream {
  readonly #socket: Socket;
  readonly #exchange: FastExchange;
  #head: string;
  #over = false;
  /** Present while the client must read before more is written. */
  #onDrain: (() => void) | undefined;
  #listener: DrainListener | undefined;

  constructor(socket: Socket, head: string, exchange: FastExchange) {
    this.#socket = socket;
    this.#head = head;
    this.#exchange = exchange;
    process.nextTick(() => this.#flushHead());
  }

  write(chunk: string | Buffer): boolean {
    if (this.#over || chunk.length === 0) return true;
    if (!this.#socket.writable) return false;
    const takesMore = this.#socket.write(this.#framed(chunk));
    if (!takesMore && this.#onDrain === undefined) this.#wait();
    return takesMore;
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#onDrain !== undefined) this.#socket.off('drain', this.#onDrain);
    if (this.#socket.writable) this.#socket.write(this.#takeHead() + LAST_CHUNK);
    this.#exchange.ended();
  }

  onDrain(listener: DrainListener): void {
    this.#listener = listener;
  }

  #wait(): void {
    this.#onDrain = () => {
      this.#onDrain = undefined;
      this.#listener?.drained();
    };
    this.#socket.once('drain', this.#onDrain);
  }

  #framed(chunk: string | Buffer): string | Buffer {
    const head = this.#takeHead();
    if (typeof chunk === 'string') {
      return `${head}${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`;
    }
    const before = `${head}${chunk.length.toString(16)}\r\n`;
    const framed = Buffer.allocUnsafe(before.length + chunk.length + 2);
    framed.write(before, 'latin1');
    framed.set(chunk, before.length);
    framed.write('\r\n', before.length + chunk.length, 'latin1');
    return framed;
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = '';
    return head;
  }

  #flushHead(): void {
    if (this.#head !== '' && this.#socket.writable) this.#socket.write(this.#takeHead());
  }
}
