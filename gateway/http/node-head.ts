import type { IncomingMessage } from 'node:http';
import type { TrustedProxies } from './forwarded.ts';
import { Head } from './head.ts';

/** A request head over Node's. */
export class NodeHead extends Head {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage, proxies: TrustedProxies) {
    super(request.method ?? 'GET', request.url ?? '/', request.rawHeaders, request.socket, proxies);
    this.#request = request;
  }

  /** Node makes this object when it is first asked for. */
  get headers(): IncomingMessage['headers'] {
    return this.#request.headers;
  }
}
