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
import type { FastHead, KnownHead } from './fast-head.ts';
import type { TrustedProxies } from './forwarded.ts';
import { Head } from './head.ts';

/** Text, and the cheapest encoding that makes UTF-8 of it. */
export interface EncodedText {
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
}

/** What an exchange needs of its connection. */
export interface ExchangeConnection {
  readonly socket: Socket;
  /** The server takes no more connections: this one ends with its next answer. */
  readonly isRetiring: boolean;
  /** Status line and fields of an answer, each with its CR LF. */
  headOf(status: number, headers: Headers): string;
  /** A piece of text as a chunk. */
  chunkOf(text: string): EncodedText;
  /** Calls `done` once the body is complete, or with the error that `gate` refuses it with. */
  collect(done: BodyReceiver, gate: BodyGate | undefined): void;
  /** The present head is not expected again soon. */
  forgetHead(): void;
  /** The answer is complete. Unless `goesOn`, the connection ends behind it. */
  answered(goesOn: boolean): void;
}

/** An exchange on the fast path: one answer is one write, and a chunk of a stream is one write. */
export class FastExchange extends Head implements Exchange {
  readonly #connection: ExchangeConnection;
  readonly #length: number;
  #known: KnownHead | undefined;
  /** The connection ends behind the answer. */
  #closes: boolean;
  #begun = false;
  #complete = false;
  #gone: (() => void) | undefined;

  constructor(head: FastHead, connection: ExchangeConnection, proxies: TrustedProxies) {
    super(head.method, head.target, head.rawHeaders, connection.socket, proxies);
    this.#connection = connection;
    this.#length = head.length;
    this.#known = head.known;
    this.#closes = head.closes;
  }

  get headers(): RequestHead['headers'] {
    return joinedHeaders(this.rawHeaders);
  }

  get sameHead(): object | undefined {
    return this.isOfProxy ? this.#known?.ofProxies : this.#known?.ofOthers;
  }

  override forgetRequest(): void {
    super.forgetRequest();
    this.#known = undefined;
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
    if (typeof body === 'string') socket.write(head + body, encodingOf(body, length));
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
    // A stream may go on for days, and no other has a head with this user's cookies.
    this.#connection.forgetHead();
    return new FastStream(this.#connection.socket, head, this);
  }

  chunkOf(text: string): EncodedText {
    return this.#connection.chunkOf(text);
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
    const head = this.#connection.headOf(status, headers);
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

/** Text whose UTF-8 is as long as itself is ASCII, which is cheaper to write as Latin-1. */
export function encodingOf(text: string, bytes: number): 'latin1' | 'utf8' {
  return text.length === bytes ? 'latin1' : 'utf8';
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
    const takesMore =
      typeof chunk === 'string' ? this.#writeText(chunk) : this.#socket.write(this.#framed(chunk));
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

  #writeText(chunk: string): boolean {
    const { text, encoding } = this.#exchange.chunkOf(chunk);
    return this.#socket.write(this.#takeHead() + text, encoding);
  }

  #framed(chunk: Buffer): Buffer {
    const head = this.#takeHead();
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
