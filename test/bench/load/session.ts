import type { Target } from '../messages.ts';
import type { HttpLink } from './http-link.ts';
import type { Link } from './link.ts';

/** One open session of the load generator. */
export interface LoadSession {
  /** Called with every message, in order. */
  onmessage: (text: string) => void;
  send(text: string): void;
  /** Goes away as the dialect's own client does when its page is left. */
  leave(): void;
  /** Bytes sent and received so far, over all connections of the session. */
  bytes(): { up: number; down: number };
  /** The process that owns it, of a gateway. */
  readonly node?: string;
}

/**
 * A session on a connection of its own; `up` is another one, which outlives it. Someone has to set
 * `onmessage`.
 */
export function sessionOn(own: Link, send: (text: string) => void, up?: Link): LoadSession {
  const links = up === undefined ? [own] : [own, up];
  return {
    onmessage: () => {},
    send,
    leave: () => own.drop(),
    bytes: () => bytesOf(links),
  };
}

/** Bytes sent and received so far over some connections. */
export function bytesOf(links: readonly Link[]): { up: number; down: number } {
  const all = links.map((link) => link.bytes);
  return {
    up: all.reduce((sum, { up }) => sum + up, 0),
    down: all.reduce((sum, { down }) => sum + down, 0),
  };
}

/**
 * Opens one session and calls `opened` when messages may be sent and received. `up` is the
 * connection for everything but the downstream; it may be shared by sessions that do not use it at
 * the same time.
 */
export type Dialect = (target: Target, up: HttpLink, opened: (session: LoadSession) => void) => void;

/** Request line and headers. */
export function requestHead(method: 'GET' | 'POST', path: string, { headers }: Target): string {
  const type = method === 'POST' ? 'Content-Type: text/plain;charset=UTF-8\r\n' : '';
  return `${method} ${path} HTTP/1.1\r\n${headers}${type}`;
}

let counter = 0;

/** A name that no other session of this process has. */
export function sessionName(): string {
  counter += 1;
  return `${process.pid.toString(36)}bench${counter.toString(36)}`;
}

/** Sends request bodies one after the other, what came meanwhile joined to one by `join`. */
export class Sender {
  readonly #link: HttpLink;
  readonly #head: string;
  readonly #join: (messages: readonly string[]) => string;
  #waiting: string[] = [];
  #bare: string | undefined;
  readonly #answer = { end: () => this.#next() };

  constructor(link: HttpLink, head: string, join: (messages: readonly string[]) => string) {
    this.#link = link;
    this.#head = head;
    this.#join = join;
  }

  /** Sends a body as it is, when what came before it has been answered. */
  sendBare(body: string): void {
    if (this.#link.busy) this.#bare = body;
    else this.#link.request(this.#head, body, this.#answer);
  }

  send(message: string): void {
    if (this.#link.busy) this.#waiting.push(message);
    else this.#link.request(this.#head, this.#join([message]), this.#answer);
  }

  #next(): void {
    const messages = this.#waiting;
    const bare = this.#bare;
    this.#waiting = [];
    this.#bare = undefined;
    if (messages.length > 0) this.#link.request(this.#head, this.#join(messages), this.#answer);
    if (bare !== undefined) this.sendBare(bare);
  }
}

/** Cuts text at a separator, across chunks. */
export class Splitter {
  readonly #separator: string;
  readonly #each: (part: string) => void;
  #rest = '';

  constructor(separator: string, each: (part: string) => void) {
    this.#separator = separator;
    this.#each = each;
  }

  push(piece: string): void {
    const text = this.#rest === '' ? piece : this.#rest + piece;
    let at = 0;
    for (;;) {
      const end = text.indexOf(this.#separator, at);
      if (end < 0) break;
      this.#each(text.slice(at, end));
      at = end + this.#separator.length;
    }
    this.#rest = at === text.length ? '' : text.slice(at);
  }
}
