import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CookieBinding } from '../access/cookie-binding.ts';
import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Upgrade } from '../http/upgrade.ts';
import type { NativeConnection } from '../native/upgrade-request.ts';
import { SockJsEndpoint } from '../transport/sockjs/endpoint.ts';
import type { SockJsOptions } from '../transport/sockjs/options.ts';
import { isFrequent, type SockJsAddress } from '../transport/sockjs/path.ts';
import { handshakeUrl } from '../transport/sockjs/url.ts';
import { OFFER } from '../transport/sockjs/websocket.ts';
import type { Route } from './route.ts';

export interface SockJsContext {
  readonly log: Log;
  readonly memory: MemoryBudget;
  readonly binding: CookieBinding;
  /** Aborted when the gateway drains. */
  readonly draining: AbortSignal;
}

/** SockJS below every route: its requests, and its two kinds of WebSocket. */
export class SockJs {
  readonly #options: SockJsOptions;
  readonly #endpoint: SockJsEndpoint;

  constructor(options: SockJsOptions, { memory, binding, draining }: SockJsContext) {
    this.#options = options;
    let library: string | undefined;
    this.#endpoint = new SockJsEndpoint({
      ...options,
      memory,
      binding,
      draining: () => draining.aborted,
      readLibrary: () => {
        library ??= readLibrary();
        return library;
      },
    });
  }

  /** Whether a request of this target is for the fast path. */
  isFrequent(target: string): boolean {
    return isFrequent(target);
  }

  /** Whether this process has the session of this key (`sockJsKey`). */
  holds(key: string): boolean {
    return this.#endpoint.holds(key);
  }

  /** Answers a plain request. Throws a `RequestError` for one that is refused. */
  handle(exchange: Exchange, address: SockJsAddress, route: Route): void {
    this.#endpoint.handle(exchange, address, route);
  }

  /**
   * Connects a WebSocket: with SockJS's own frames, or raw. Throws as `NativeConnector.connect`
   * does.
   */
  connect(upgrade: Upgrade, address: SockJsAddress, route: Route): NativeConnection {
    if (!this.#options.websocket) throw new RequestError('GW_SOCKJS', undefined, OFFER);
    const url = handshakeUrl(address.base, upgrade.query);
    if (address.kind === 'session') return route.natives.connectFramed(upgrade, url);
    return route.natives.connect(upgrade, url);
  }
}

/** The client's library, as npm has it. */
function readLibrary(): string {
  return readFileSync(createRequire(import.meta.url).resolve('sockjs-client/dist/sockjs.min.js'), 'utf8');
}
