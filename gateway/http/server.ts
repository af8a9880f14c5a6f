import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureVersion } from 'node:tls';
import { type ListenAddress, listen } from '../base/listen.ts';
import { answerRaw } from '../base/raw-answer.ts';
import { type FastLimits, FastServer, type FastServerHost } from './fast-server.ts';

/** How a server serves. Times are milliseconds. */
export interface ServerSettings {
  readonly listen: ListenAddress;
  /** Absent: plain http. */
  readonly tls:
    | {
        readonly cert: Buffer;
        readonly key: Buffer;
        readonly minVersion: SecureVersion | undefined;
        readonly ciphers: string | undefined;
      }
    | undefined;
  /** A client has to send a request's header. */
  readonly headerTimeout: number;
  /** A client has to send a whole request. */
  readonly requestTimeout: number;
  /** An idle connection is kept. */
  readonly keepAlive: number;
}

/** Who is told of what comes in: `requestListener` and `upgradeListener`. */
export interface ServerListeners {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** What is answered on the fast path; absent: nothing. */
  readonly lane?: Pick<FastServerHost, 'proxies' | 'takes' | 'onRequest' | 'onMarkup'>;
}

/** A Node http or https server, with bounds on what a client may take and an end that comes in time. */
export class HttpServer {
  /** Node's own, for those who add to it. */
  readonly node: http.Server | https.Server;
  readonly #listen: ServerSettings['listen'];
  /** Node forgets a connection once it is upgraded. */
  readonly #upgraded = new Set<Duplex>();
  readonly #lane: FastServer | undefined;

  constructor(settings: ServerSettings, listeners: ServerListeners) {
    const { tls, headerTimeout, requestTimeout, keepAlive } = settings;
    const limits = {
      headersTimeout: headerTimeout,
      requestTimeout,
      keepAliveTimeout: keepAlive,
      // Looked for so often, a slow client is found within a half more of its time.
      connectionsCheckingInterval: Math.min(30_000, Math.ceil(headerTimeout / 2)),
      noDelay: true,
    };
    this.#listen = settings.listen;
    this.node =
      tls === undefined
        ? http.createServer(limits)
        : https.createServer({ ...limits, ...secureOptions(tls) });
    const { lane } = listeners;
    this.#lane = lane && this.#putFastServerBefore(lane, { headerTimeout, requestTimeout, keepAlive });
    this.node.on('request', (request, response) => {
      // The client's next request comes on a connection that begins on the lane.
      if (lane !== undefined) response.setHeader('connection', 'close');
      // Of the response, not of the server: one who listens to that has to end idle connections, too.
      response.setTimeout(requestTimeout).on('timeout', endDeaf);
      listeners.request(request, response);
    });
    this.node.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgraded.add(socket);
      socket.once('close', () => this.#upgraded.delete(socket));
      listeners.upgrade(request, socket, head);
    });
    this.node.on('clientError', answerClientError);
  }

  /** Connections go to the lane first; Node's own listener gets those that the lane leaves. */
  #putFastServerBefore(lane: NonNullable<ServerListeners['lane']>, limits: FastLimits): FastServer {
    const event = this.node instanceof https.Server ? 'secureConnection' : 'connection';
    const [serve] = this.node.listeners(event) as ((this: Server, socket: Socket) => void)[];
    if (serve === undefined) throw new Error(`Node's server does not listen to ${event}`);
    this.node.off(event, serve);
    const fast = new FastServer({
      limits,
      proxies: lane.proxies,
      takes: lane.takes,
      onRequest: lane.onRequest,
      onMarkup: lane.onMarkup,
      handOver: (socket) => serve.call(this.node, socket),
    });
    this.node.on(event, (socket: Socket) => fast.accept(socket));
    return fast;
  }

  /** Begins to serve. Rejects with Node's error: EADDRINUSE, EACCES and the like. */
  listen(): Promise<ListenAddress> {
    return listen(this.node, this.#listen);
  }

  /**
   * Takes no more connections and ends the idle ones; after `timeout` milliseconds the others too. Resolves when all are gone.
   */
  close(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#destroyAll(), timeout);
      // A connection that falls idle after its present answer would hold the end up until its keep-alive time is over.
      const sweep = setInterval(() => this.node.closeIdleConnections(), 20);
      this.node.close(() => {
        clearTimeout(late);
        clearInterval(sweep);
        resolve();
      });
      this.node.closeIdleConnections();
      this.#lane?.close(false);
      if (timeout === 0) this.#destroyAll();
    });
  }

  #destroyAll(): void {
    this.node.closeAllConnections();
    this.#lane?.close(true);
    for (const socket of this.#upgraded) socket.destroy();
  }
}

/** Nothing went either way for so long. A client that waits for its answer may; one that takes nothing of it is gone, or out to fill the memory. */
function endDeaf(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

function secureOptions(tls: NonNullable<ServerSettings['tls']>): https.ServerOptions {
  const { cert, key, minVersion, ciphers } = tls;
  return {
    cert,
    key,
    // Legacy browsers speak HTTP/1.1, and so does this server: the hand-shake says so.
    ALPNProtocols: ['http/1.1'],
    ...(minVersion !== undefined && { minVersion }),
    ...(ciphers !== undefined && { ciphers }),
  };
}

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const reasons: Readonly<Record<number, string>> = {
  400: 'malformed request',
  408: 'the request took too long',
  413: 'chunk extensions too long',
  431: 'header too long',
};

/**
 * A request Node could not read. Where an answer was begun on the connection, another one would be taken for a part of it; `_httpMessage` is how
 * Node's own default tells (lib/_http_server.js, socketOnError).
 */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const begun = (socket as Duplex & { _httpMessage?: ServerResponse })._httpMessage?.headersSent === true;
  if (begun || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOf[error.code ?? ''] ?? 400;
  answerRaw(socket, status, reasons[status] ?? 'malformed request');
}
