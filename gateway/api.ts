import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Handler, HandlerOptions } from './backend/handler.ts';
import type { Clock } from './base/clock.ts';
import type { ListenAddress } from './base/listen.ts';
import type { Log } from './base/log.ts';

/** Parts that an embedding program or a test may replace. */
export interface GatewayParts {
  /** @default the machine's monotonic clock */
  readonly clock?: Clock;
  /** @default lines on stderr, as `logLevel` and `logFormat` say */
  readonly log?: Log;
}

/** The addresses of a gateway that listens. */
export interface GatewayAddress extends ListenAddress {
  /** TCP port of the embedded broker; undefined if it has none. */
  readonly stompPort: number | undefined;
  /** TCP port of Flash socket policies; undefined if the fallback over Flash is off. */
  readonly policyPort: number | undefined;
  /** TCP port of the status page and the metrics; undefined if they are not served. */
  readonly statusPort: number | undefined;
}

/** Middleware of Express and similar frameworks. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * A gateway, made by `createGateway`. It serves on its own port (`listen`), on an existing server
 * (`attach`), or inside an Express application (`middleware`, and `attach` for the upgrades).
 */
export interface Gateway {
  /** Open fallback sessions. */
  readonly sessions: number;

  /** Native connections and fallback sessions, open or being opened. */
  readonly connections: number;

  /**
   * Adds a route whose backend is a handler in this process: `handler` is called for each client,
   * with a socket that is used like one of `ws`. Throws a `ConfigError` for a path that is taken or
   * malformed.
   */
  route(path: string, handler: Handler, settings?: Partial<HandlerOptions>): this;

  /**
   * Serves on the address of the options, and on the ports of the embedded broker and of Flash's
   * policies if there are any. Rejects with Node's own errors, such as EADDRINUSE.
   */
  listen(): Promise<GatewayAddress>;

  /**
   * Handles everything below a route on an existing server. All other requests and upgrades go to
   * the listeners that the server has now or gets later. An upgrade that no other listener takes
   * becomes a plain request, as it does without the gateway.
   */
  attach(server: Server): this;

  /**
   * Shim and fallback for an Express application, or anything that calls `(request, response,
   * next)`. The demo is not served: it would take the application's own `/`.
   */
  middleware(): Middleware;

  /**
   * Drains: accepts no new sessions, closes the open ones with 1001, and resolves when all have
   * ended, after `grace` milliseconds at the latest. @default the option `grace`
   */
  close(grace?: number): Promise<void>;
}
