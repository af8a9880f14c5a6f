import type { Socket } from 'node:net';
import type { RequestHead } from './exchange.ts';
import type { Client, TrustedProxies } from './forwarded.ts';

/** A request head over the raw fields. What is not asked for is not worked out. */
export abstract class Head implements RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly rawHeaders: readonly string[];
  readonly #proxies: TrustedProxies;
  readonly #secure: boolean;
  /** Asked for at once (Node keeps it for the connection): a socket that has closed has none. */
  readonly #address: string;
  #client: Client | undefined;

  constructor(
    method: string,
    target: string,
    rawHeaders: readonly string[],
    socket: Socket,
    proxies: TrustedProxies,
  ) {
    const mark = target.indexOf('?');
    this.method = method;
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? '' : target.slice(mark + 1);
    this.rawHeaders = rawHeaders;
    this.#proxies = proxies;
    this.#secure = 'encrypted' in socket;
    this.#address = socket.remoteAddress ?? '';
  }

  abstract get headers(): RequestHead['headers'];

  /** Looks at the raw fields: an object of them all costs more than a request's few looks. */
  header(name: string): string | undefined {
    const raw = this.rawHeaders;
    let found: string | undefined;
    for (let index = 0; index < raw.length; index += 2) {
      const field = raw[index] as string;
      if (field.length !== name.length || field.toLowerCase() !== name) continue;
      found = found === undefined ? raw[index + 1] : `${found}, ${raw[index + 1]}`;
    }
    return found;
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
    this.#client ??= this.#proxies.clientOf({
      address: this.#address,
      secure: this.#secure,
      header: (name) => this.header(name),
    });
    return this.#client;
  }
}
