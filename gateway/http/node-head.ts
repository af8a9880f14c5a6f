import type { IncomingMessage } from 'node:http';
import type { RequestHead } from './exchange.ts';
import type { Client, TrustedProxies } from './forwarded.ts';

/** A request head over Node's. What is not asked for is not worked out. */
export class NodeHead implements RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly #request: IncomingMessage;
  readonly #proxies: TrustedProxies;
  /** Asked for at once (Node keeps it for the connection): a socket that has closed has none. */
  readonly #address: string;
  #client: Client | undefined;

  constructor(request: IncomingMessage, proxies: TrustedProxies) {
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    this.method = request.method ?? 'GET';
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? '' : target.slice(mark + 1);
    this.#request = request;
    this.#proxies = proxies;
    this.#address = request.socket.remoteAddress ?? '';
  }

  /** Looks at the raw fields: Node makes the object of them all only when it is asked for, which costs more than a request's few looks. */
  header(name: string): string | undefined {
    const raw = this.#request.rawHeaders;
    let found: string | undefined;
    for (let index = 0; index < raw.length; index += 2) {
      const field = raw[index] as string;
      if (field.length !== name.length || field.toLowerCase() !== name) continue;
      found = found === undefined ? raw[index + 1] : `${found}, ${raw[index + 1]}`;
    }
    return found;
  }

  get headers(): IncomingMessage['headers'] {
    return this.#request.headers;
  }

  get rawHeaders(): readonly string[] {
    return this.#request.rawHeaders;
  }

  get remoteAddress(): string {
    return this.#known().remoteAddress;
  }

  get forwardedFor(): string {
    return this.#known().forwardedFor;
  }

  get secure(): boolean {
    return this.#known().secure;
  }

  get host(): string {
    return this.#known().host;
  }

  #known(): Client {
    if (this.#client === undefined) {
      this.#client = this.#proxies.clientOf({
        address: this.#address,
        secure: 'encrypted' in this.#request.socket,
        header: (name) => this.header(name),
      });
    }
    return this.#client;
  }
}
