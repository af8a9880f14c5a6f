import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { SockJsOptions } from '../config/resolved.ts';
import type { Exchange, RequestHead } from '../http/exchange.ts';
import { PLAIN } from '../http/plain.ts';
import { refuse } from '../http/refuse.ts';
import type { Upgrade } from '../http/upgrade.ts';
import type { NativeConnection } from '../native/upgrade-request.ts';
import { SockJsEndpoint } from '../transport/sockjs/endpoint.ts';
import { isFrequent, parseSockJsPath } from '../transport/sockjs/path.ts';
import { handshakeUrl } from '../transport/sockjs/url.ts';
import type { Route } from './route.ts';

/** What the router needs of the gateway. */
export interface SockJsSurroundings {
  readonly log: Log;
  readonly memory: MemoryBudget;
}

/** The way in for SockJS clients, below every route. */
export class SockJsRouter {
  readonly #options: SockJsOptions;
  readonly #log: Log;
  readonly #endpoint: SockJsEndpoint;

  /** `draining` is aborted when no new sessions are taken. */
  constructor(options: SockJsOptions, { log, memory }: SockJsSurroundings, draining: AbortSignal) {
    this.#options = options;
    this.#log = log;
    let library: string | undefined;
    this.#endpoint = new SockJsEndpoint({
      ...options,
      log,
      memory,
      draining: () => draining.aborted,
      readLibrary: () => {
        library ??= readLibrary();
        return library;
      },
    });
  }

  /** Whether a request of this target is for the fast path. */
  takes(target: string): boolean {
    return isFrequent(target);
  }

  /** Answers a plain request of a route. False: it is none of SockJS, and the route has its own answer. */
  onRequest(exchange: Exchange, route: Route): boolean {
    const address = parseSockJsPath(exchange.path, route.path);
    const isPlain = address === undefined || address.kind === 'greeting';
    // The route of every path leaves the pages where they are; a handshake whose Upgrade was taken away on the way here is told so.
    if (isPlain && (route.path === '' || isHandshake(exchange))) return false;
    if (address !== undefined) this.#endpoint.handle(exchange, address, route);
    else refuse(exchange, PLAIN, new RequestError('GW_SOCKJS'), this.#log);
    return true;
  }

  /** Connects an Upgrade of a SockJS address; undefined for any other. Throws a `RequestError` for one that may not come in. */
  onUpgrade(upgrade: Upgrade, route: Route): NativeConnection | undefined {
    const address = parseSockJsPath(upgrade.path, route.path);
    const isFramed = address?.kind === 'session' && address.action === 'websocket';
    if (address === undefined || !(isFramed || address.kind === 'websocket')) return undefined;
    if (!this.#options.websocket) throw new RequestError('GW_SOCKJS');
    const url = handshakeUrl(address.base, upgrade.query);
    return isFramed ? route.connectFramed(upgrade, url) : route.connectRaw(upgrade, url);
  }
}

/** Says by its fields that it is the opening handshake of a WebSocket. */
export function isHandshake(head: RequestHead): boolean {
  return head.header('sec-websocket-key') !== undefined;
}

/** sockjs-client as npm has it. */
function readLibrary(): string {
  return readFileSync(createRequire(import.meta.url).resolve('sockjs-client/dist/sockjs.min.js'), 'utf8');
}
