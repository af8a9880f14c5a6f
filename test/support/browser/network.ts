import * as http from 'node:http';

/** How the stand-in's requests look and what it lets pages see. */
export interface Network {
  readonly page: URL;
  /** A few connections to a host, kept alive, as browsers have them. */
  readonly agent: http.Agent;
  /** Internet Explorer: no Origin on same-origin requests, no Sec-Fetch headers. */
  readonly ie: boolean;
  readonly userAgent: string;
  /** Sent as `Cookie` with every request that carries credentials. */
  readonly cookie: string | undefined;
  /**
   * Says what is under way, so that a page that is left can end it. Returns how to take it out
   * again.
   */
  track(abort: () => void): () => void;
  /** Calls something of the page's: what it throws is the page's error and nobody else's. */
  call(handler: unknown, self: unknown, ...values: unknown[]): void;
}

export interface PageRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
  readonly withCredentials: boolean;
  /**
   * By a tag of the document: no Origin, except on a POST of today's browsers, and nobody asks
   * whether the page may see the answer.
   */
  readonly noCors?: boolean;
}

export interface Answered {
  head(response: http.IncomingMessage): void;
  data(chunk: Buffer): void;
  end(): void;
  /** A network error, or an answer that the page may not see. */
  fail(): void;
}

// https://fetch.spec.whatwg.org/#cors-safelisted-request-header
const SIMPLE_TYPES = /^(text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i;
const SIMPLE_HEADERS = ['accept', 'accept-language', 'content-language'];
const SIMPLE_METHODS = ['GET', 'HEAD', 'POST'];

/**
 * Sends a request by the rules of the fetch standard, as far as they matter to a gateway: Origin,
 * Referer, Sec-Fetch-Site, CORS, preflights.
 */
export function request(network: Network, requested: PageRequest, answered: Answered): () => void {
  let over = false;
  let current: http.ClientRequest | undefined;
  const untrack = network.track(abort);
  const cross = requested.url.origin !== network.page.origin;

  function abort(): void {
    over = true;
    untrack();
    current?.destroy();
  }
  function fail(): void {
    if (over) return;
    abort();
    answered.fail();
  }
  function run(
    message: Omit<PageRequest, 'withCredentials'>,
    respond: (response: http.IncomingMessage) => void,
  ): void {
    const headers = { ...fixedHeaders(network, requested, cross), ...Object.fromEntries(message.headers) };
    const { method, url, body } = message;
    current = http.request(url, { method, agent: network.agent, headers });
    current.on('response', respond).on('error', fail);
    current.end(body);
  }
  function actual(): void {
    run(requested, (response) => {
      if (cross && !requested.noCors && !allowedOrigin(network, requested, response)) return fail();
      response.on('aborted', fail).on('error', fail);
      answered.head(response);
      response.on('data', (chunk: Buffer) => {
        if (!over) answered.data(chunk);
      });
      response.on('end', () => {
        if (over || !response.complete) return fail();
        over = true;
        untrack();
        answered.end();
      });
    });
  }

  const unsafe = cross && !requested.noCors ? unsafeHeaders(requested) : [];
  if (!cross || (unsafe.length === 0 && SIMPLE_METHODS.includes(requested.method))) {
    actual();
    return abort;
  }
  const wanted = new Map([
    ['Access-Control-Request-Method', requested.method],
    ['Access-Control-Request-Headers', unsafe.join(',')],
  ]);
  run({ method: 'OPTIONS', url: requested.url, headers: wanted, body: undefined }, (response) => {
    response.resume();
    const granted = String(response.headers['access-control-allow-headers'] ?? '').toLowerCase();
    const names = granted.split(',').map((name) => name.trim());
    const ok = (response.statusCode ?? 0) < 300 && allowedOrigin(network, requested, response);
    if (!ok || !unsafe.every((name) => names.includes(name))) return fail();
    actual();
  });
  return abort;
}

function fixedHeaders(network: Network, requested: PageRequest, cross: boolean): Record<string, string> {
  const { page, ie } = network;
  const headers: Record<string, string> = { 'User-Agent': network.userAgent, Accept: '*/*' };
  headers.Referer = cross && !ie ? `${page.origin}/` : page.href;
  if ((cross && !requested.noCors) || (!ie && requested.method !== 'GET')) headers.Origin = page.origin;
  if (!ie) headers['Sec-Fetch-Site'] = site(page, requested.url);
  if (network.cookie !== undefined && (!cross || requested.withCredentials)) headers.Cookie = network.cookie;
  return headers;
}

/**
 * https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header; of names, only equal ones
 * are one site here.
 */
function site(page: URL, url: URL): string {
  if (page.origin === url.origin) return 'same-origin';
  return page.protocol === url.protocol && page.hostname === url.hostname ? 'same-site' : 'cross-site';
}

function unsafeHeaders({ headers }: PageRequest): string[] {
  return [...headers]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(
      ([name, value]) =>
        !(name === 'content-type' ? SIMPLE_TYPES.test(value) : SIMPLE_HEADERS.includes(name)),
    )
    .map(([name]) => name)
    .sort();
}

/** https://fetch.spec.whatwg.org/#cors-check */
function allowedOrigin(network: Network, requested: PageRequest, response: http.IncomingMessage): boolean {
  const allowed = response.headers['access-control-allow-origin'];
  if (!requested.withCredentials) return allowed === '*' || allowed === network.page.origin;
  return allowed === network.page.origin && response.headers['access-control-allow-credentials'] === 'true';
}
