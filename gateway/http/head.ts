import type { Socket } from 'node:net';
import { detached } from '../base/detached.ts';
import { headerValue, type RawHeaders } from '../base/raw-headers.ts';
import type { RequestHead } from './exchange.ts';
import { type Client, plainAddress, type TrustedProxies } from './forwarded.ts';

const NO_FIELDS: RawHeaders = [];

/** A request head over the raw fields. Everything else is derived on first use. */
export abstract class Head implements RequestHead {
  readonly method: string;
  path: string;
  query: string;
  rawHeaders: RawHeaders;
  readonly #proxies: TrustedProxies;
  readonly #secure: boolean;
  /** Read at once, since a closed socket has none. Node keeps it for the connection. */
  readonly #address: string;
  #client: Client | undefined;

  constructor(
    method: string,
    target: string,
    rawHeaders: RawHeaders,
    socket: Socket,
    proxies: TrustedProxies,
  ) {
    const mark = target.indexOf('?');
    this.method = method;
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? '' : target.slice(mark + 1);
    this.#proxies = proxies;
    this.#secure = 'encrypted' in socket;
    this.#address = socket.remoteAddress ?? '';
    this.rawHeaders = proxies.believed(rawHeaders, this.#address);
  }

  abstract get headers(): RequestHead['headers'];

  /** Searches the raw fields: an object of all of them costs more than a request's few look-ups. */
  header(name: string): string | undefined {
    return headerValue(this.rawHeaders, name);
  }

  /**
   * Forgets what the request said, except whose it was. Each field is a slice of the whole head,
   * which stays in memory as long as one of them does.
   */
  forgetRequest(): void {
    // Anybody else is the client itself, without any field.
    this.#client = this.isOfProxy ? withoutFields(this.#known()) : undefined;
    this.path = this.query = '';
    this.rawHeaders = NO_FIELDS;
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

  /** The connection comes from a trusted proxy. */
  protected get isOfProxy(): boolean {
    return this.#proxies.trusts(plainAddress(this.#address));
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

function withoutFields({ remoteAddress, secure }: Client): Client {
  return { remoteAddress: detached(remoteAddress), secure, forwardedFor: '', host: '' };
}
