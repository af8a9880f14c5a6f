import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../base/clock.ts';
import type { RequestError } from '../base/errors.ts';
import { type Listen, type ListenAddress, type Listening, listen } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { NO_SNIFF } from '../base/security-headers.ts';
import type { StatusSource } from './gather.ts';
import { type Health, healthOf } from './health.ts';
import { History } from './history.ts';
import { merged, mergedMetrics } from './merge.ts';
import { statusPage } from './page.ts';
import { type Report, reportOf } from './report.ts';
import { STYLE } from './style.ts';

/** Milliseconds in which a request must have come, and for which a silent connection is kept. */
const REQUEST_TIMEOUT = 10_000;

/** Connections at a time. */
const MAX_CONNECTIONS = 64;

/** What the page may do: show itself. */
const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Knows the `Host` names that are answered. */
export interface HostCheck {
  /** Why a `Host` value in lower case is refused; undefined: it is not. */
  refusal(host: string): RequestError | undefined;
}

export interface StatusServerParts {
  readonly source: StatusSource;
  readonly log: Log;
  /** `Host` names that are answered: a page of a rebound name must not read the status. */
  readonly hosts: HostCheck;
  readonly clock?: Clock;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

type Path = (request: IncomingMessage) => Promise<Answer> | Answer;

/** Serves `/metrics`, `/status`, `/status.json` and `/healthz` on a port of their own. */
export class StatusServer {
  readonly #parts: StatusServerParts;
  readonly #history: History;
  readonly #server: Server;
  #listening: Listening | undefined;

  constructor(parts: StatusServerParts) {
    this.#parts = parts;
    this.#history = new History(parts.clock ?? systemClock, async () =>
      mergedMetrics(await parts.source.gather()),
    );
    this.#server = createServer({ headersTimeout: REQUEST_TIMEOUT, requestTimeout: REQUEST_TIMEOUT });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Resolves with the bound address; rejects with Node's own errors. */
  async listen(address: ListenAddress, via: Listen = listen): Promise<ListenAddress> {
    this.#listening = await via(this.#server, address, 'status');
    this.#history.start();
    const { host, port } = this.#listening;
    return { host, port };
  }

  close(): void {
    this.#history.stop();
    this.#listening?.stop();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.#answerOf(request);
      const { status, type, body } = answer;
      response.writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        'content-security-policy': PAGE_POLICY,
        'referrer-policy': 'no-referrer',
        ...NO_SNIFF,
        ...(status === 405 && { allow: 'GET, HEAD' }),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch (error) {
      const stack = String((error as Error).stack ?? error);
      this.#parts.log.error('internal error', { code: 'GW_INTERNAL', stack });
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': TEXT }).end('internal error\n');
    }
  }

  async #answerOf(request: IncomingMessage): Promise<Answer> {
    const refusal = this.#parts.hosts.refusal((request.headers.host ?? '').toLowerCase());
    if (refusal !== undefined) return plain(refusal.status, refusal.message);
    const [path = ''] = (request.url ?? '').split('?', 1);
    const answer = Object.hasOwn(this.#paths, path) ? this.#paths[path] : undefined;
    if (answer === undefined) return plain(404, 'not found');
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'wrong method');
    return answer(request);
  }

  readonly #paths: Readonly<Record<string, Path>> = {
    '/': () => this.#page(),
    '/status': () => this.#page(),
    '/status.css': () => ({ status: 200, type: 'text/css; charset=utf-8', body: STYLE }),
    '/status.json': async () => json(200, await this.#report()),
    '/metrics': async () => {
      const registry = await merged(await this.#parts.source.gather());
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    },
    '/healthz': async (request) => health(request, healthOf(await this.#parts.source.gather())),
  };

  async #page(): Promise<Answer> {
    return { status: 200, type: 'text/html; charset=utf-8', body: statusPage(await this.#report()) };
  }

  async #report(): Promise<Report> {
    const gathered = await this.#parts.source.gather();
    const metrics = await mergedMetrics(gathered);
    return reportOf(gathered, metrics, this.#history.upTo(metrics));
  }
}

const TEXT = 'text/plain; charset=utf-8';

function plain(status: number, line: string): Answer {
  return { status, type: TEXT, body: `${line}\n` };
}

function json(status: number, value: unknown): Answer {
  return {
    status,
    type: 'application/json; charset=utf-8',
    body: `${JSON.stringify(value, undefined, 1)}\n`,
  };
}

/** Plain as on the gateway's own port, or JSON for who prefers it. */
function health({ headers, url = '' }: IncomingMessage, found: Health): Answer {
  const status = found.status === 'ok' ? 200 : 503;
  const wantsJson = /[?&]format=json(?:&|$)/.test(url) || /\bapplication\/json\b/.test(headers.accept ?? '');
  return wantsJson ? json(status, found) : plain(status, found.status);
}
