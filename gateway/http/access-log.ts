import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { rawStatusOf } from '../base/raw-answer.ts';
import type { DrainListener, Exchange, Headers, RequestHead, ResponseStream } from './exchange.ts';
import { ExchangeWrapper } from './exchange-wrapper.ts';
import type { TrustedProxies } from './forwarded.ts';
import { asksForWebSocket } from './ignore-upgrade.ts';
import { NodeHead } from './node-head.ts';

/** As nginx has it: the client has gone before it was answered. */
const GONE = 499;

export interface AccessLogSettings {
  readonly write: (line: string) => void;
  readonly proxies: TrustedProxies;
  /** The field in which trusted proxies name the user; absent: they name none. */
  readonly userHeader: string | undefined;
  /** The path of a request without what is secret in it. */
  readonly withoutSecrets: (path: string) => string;
  /** Now. @default the machine's time */
  readonly now?: () => Date;
}

/**
 * Writes a line for each request when its answer is complete, in the combined format
 * (httpd.apache.org/docs/2.4/logs.html#combined): address, user, time of the request, request line,
 * status, bytes of the body, Referer, User-Agent. No query is written, and no token.
 */
export class AccessLog {
  readonly #settings: AccessLogSettings;

  constructor(settings: AccessLogSettings) {
    this.#settings = settings;
  }

  /** The exchange, which writes its line. For those that Node's server does not see. */
  watch(exchange: Exchange): Exchange {
    const { write } = this.#settings;
    const line = this.#lineOf(exchange, '1.1');
    return new WatchedExchange(exchange, (status, bytes) => write(line(status, bytes)));
  }

  /** Listener of Node's `request`. */
  readonly onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { write, proxies } = this.#settings;
    const line = this.#lineOf(new NodeHead(request, proxies), request.httpVersion);
    const count = countBody(response);
    response.once('close', () => {
      const isGone = !response.headersSent;
      write(line(isGone ? GONE : response.statusCode, isGone ? 0 : count()));
    });
  };

  /** Listener of Node's `upgrade`. The line comes when the connection has ended. */
  readonly onUpgrade = (request: IncomingMessage, socket: Duplex): void => {
    if (!asksForWebSocket(request)) return;
    const { write, proxies } = this.#settings;
    const line = this.#lineOf(new NodeHead(request, proxies), request.httpVersion);
    socket.once('close', () => {
      const { bytesWritten = 0 } = socket as Socket;
      const status = rawStatusOf(socket) ?? (bytesWritten > 0 ? 101 : GONE);
      write(line(status, bytesWritten));
    });
  };

  /** Reads the head now: a request that waits for its answer may forget it. */
  #lineOf(head: RequestHead, version: string): (status: number, bytes: number) => string {
    const { userHeader, withoutSecrets, now = () => new Date() } = this.#settings;
    const user = userHeader === undefined ? undefined : head.header(userHeader.toLowerCase());
    const request = `${head.method} ${withoutSecrets(head.path)} HTTP/${version}`;
    const who = `${head.remoteAddress || '-'} - ${user ? escaped(user).replaceAll(' ', '\\x20') : '-'}`;
    const before = `${who} [${timeOf(now())}] "${escaped(request)}"`;
    const after = `"${refererOf(head)}" "${escaped(head.header('user-agent') ?? '-')}"\n`;
    return (status, bytes) => `${before} ${status} ${bytes > 0 ? bytes : '-'} ${after}`;
  }
}

/** Counts the bytes of a body. Node keeps no count of them. */
function countBody(response: ServerResponse): () => number {
  let bytes = 0;
  for (const name of ['write', 'end'] as const) {
    const original = response[name] as (...given: unknown[]) => unknown;
    const counted = (...given: unknown[]): unknown => {
      const [chunk] = given;
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) bytes += Buffer.byteLength(chunk);
      return original.apply(response, given);
    };
    Object.assign(response, { [name]: counted });
  }
  return () => bytes;
}

function refererOf(head: RequestHead): string {
  const [page = ''] = (head.header('referer') ?? '').split(/[?#;]/, 1);
  return page === '' ? '-' : escaped(page);
}

/** Characters of a field that are written. */
const LONGEST = 500;

/** As Apache escapes what a client sent (mod_log_config, "Security Considerations"). */
function escaped(text: string): string {
  return text.slice(0, LONGEST).replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not get into the file
    /["\\\u0000-\u001f\u007f-\u{10ffff}]/gu,
    (character) => `\\x${(character.codePointAt(0) as number).toString(16).padStart(2, '0')}`,
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `30/Nov/2026:13:55:36 +0100`: local time. */
function timeOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const zone = -date.getTimezoneOffset();
  const ahead = Math.abs(zone);
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day}:${time} ${zone < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`;
}

type Done = (status: number, bytes: number) => void;

/** Tells once what was answered. */
class WatchedExchange extends ExchangeWrapper {
  readonly #done: Done;
  #isDone = false;
  #stream: WatchedStream | undefined;
  #gone: (() => void) | undefined;

  constructor(inner: Exchange, done: Done) {
    super(inner);
    this.#done = done;
    inner.onGone(() => {
      this.#tell(this.#stream === undefined ? GONE : this.#stream.status, this.#stream?.bytes ?? 0);
      this.#gone?.();
    });
  }

  override reply(status: number, headers: Headers, body: string | Buffer): void {
    this.inner.reply(status, headers, body);
    this.#tell(status, Buffer.byteLength(body));
  }

  override stream(status: number, headers: Headers, lastWords?: string | Buffer): ResponseStream {
    const stream = this.inner.stream(status, headers, lastWords);
    this.#stream = new WatchedStream(stream, status, (bytes) => this.#tell(status, bytes));
    return this.#stream;
  }

  override onGone(listener: () => void): void {
    this.#gone = listener;
  }

  #tell(status: number, bytes: number): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#done(status, bytes);
  }
}

class WatchedStream implements ResponseStream {
  bytes = 0;
  readonly status: number;
  readonly #stream: ResponseStream;
  readonly #done: (bytes: number) => void;

  constructor(stream: ResponseStream, status: number, done: (bytes: number) => void) {
    this.#stream = stream;
    this.status = status;
    this.#done = done;
  }

  write(chunk: string | Buffer): boolean {
    this.bytes += Buffer.byteLength(chunk);
    return this.#stream.write(chunk);
  }

  end(): void {
    this.#stream.end();
    this.#done(this.bytes);
  }

  onDrain(listener: DrainListener): void {
    this.#stream.onDrain(listener);
  }
}
