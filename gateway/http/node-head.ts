import type { IncomingMessage } from 'node:http';
import { filterHeaders, type RawHeaders } from '../base/raw-headers.ts';
import type { TrustedProxies } from './forwarded.ts';
import { Head } from './head.ts';
import { parseTarget } from './target.ts';

/**
 * A request head over Node's. If the target names a host, that replaces the `Host` field (RFC 9112
 * §3.2.2).
 */
export class NodeHead extends Head {
  /** Path and query as they were sent. */
  readonly target: string;
  readonly #request: IncomingMessage;
  readonly #host: string | undefined;

  constructor(request: IncomingMessage, proxies: TrustedProxies) {
    const { url = '/', rawHeaders } = request;
    // A target that is neither path nor URL is refused, or belongs to other listeners.
    const { path, host } = parseTarget(url) ?? { path: url, host: undefined };
    const fields = host === undefined ? rawHeaders : withHost(rawHeaders, host);
    super(request.method ?? 'GET', path, fields, request.socket, proxies);
    this.target = path;
    this.#request = request;
    this.#host = host;
  }

  /** Node makes this object on first use. */
  get headers(): IncomingMessage['headers'] {
    const { headers } = this.#request;
    return this.#host === undefined ? headers : { ...headers, host: this.#host };
  }
}

function withHost(rawHeaders: RawHeaders, host: string): string[] {
  return ['Host', host, ...filterHeaders(rawHeaders, (name) => name !== 'host')];
}
