import type { IncomingMessage } from 'node:http';
import type { TrustedProxies } from './forwarded.ts';
import { Head } from './head.ts';
import { parseTarget } from './target.ts';

/** A request head over Node's. Where the target names a host, that is its `Host`, whatever the field says (RFC 9112 §3.2.2). */
export class NodeHead extends Head {
  /** Path and query as they were sent. */
  readonly target: string;
  readonly #request: IncomingMessage;
  readonly #host: string | undefined;

  constructor(request: IncomingMessage, proxies: TrustedProxies) {
    const { url = '/', rawHeaders } = request;
    // A target that is neither is refused, or somebody else's.
    const { path, host } = parseTarget(url) ?? { path: url, host: undefined };
    const fields = host === undefined ? rawHeaders : withHost(rawHeaders, host);
    super(request.method ?? 'GET', path, fields, request.socket, proxies);
    this.target = path;
    this.#request = request;
    this.#host = host;
  }

  /** Node makes this object when it is first asked for. */
  get headers(): IncomingMessage['headers'] {
    const { headers } = this.#request;
    return this.#host === undefined ? headers : { ...headers, host: this.#host };
  }
}

function withHost(rawHeaders: readonly string[], host: string): string[] {
  const fields = ['Host', host];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.toLowerCase() !== 'host') fields.push(name, rawHeaders[index + 1] as string);
  }
  return fields;
}
