import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Listen, type ListenAddress, type Listening, listen } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { clientErrorListener, logUnread, tlsErrorListener } from './client-errors.ts';
import { type FastLimits, FastServer, type FastServerHost } from './fast-server.ts';
import type { TrustedProxies } from './forwarded.ts';
import type { HttpLimits, TlsOptions } from './options.ts';
import { SingleRequestSocket } from './single-request-socket.ts';
import { SocketGuard, type SocketLimits } from './socket-limits.ts';

/** How a server serves. Times are milliseconds. */
export interface ServerSettings extends HttpLimits {
  readonly listen: ListenAddress;
  /** Absent: plain http. */
  readonly tls: TlsOptions | undefined;
  readonly sockets: SocketLimits;
}

/** What handles requests: `requestListener` and `upgradeListener`. */
export interface ServerListeners {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** What is answered on the fast path; absent: nothing. */
  readonly fastPath?: Pick<FastServerHost, 'takes' | 'onRequest' | 'onMarkup' | 'memory'>;
  /**
   * Whether the listener passes a request on to another server. Such a request may take any time,
   * and what it expects is the other's to fulfil. Absent: none is.
   */
  readonly isPassedOn?: ((request: IncomingMessage) => boolean) | undefined;
  readonly proxies: TrustedProxies;
}

/** A Node http or https server that limits what a client may occupy, and closes in bounded time. */
export class HttpServer {
  /** Node's own, for those who add to it. */
  readonly node: http.Server | https.Server;
  readonly #address: ListenAddress;
  readonly #guard: SocketGuard;
  #listening: Listening | undefined;
  #isRetiring = false;
  readonly #fast: FastServer | undefined;

  constructor(settings: ServerSettings, listeners: ServerListeners, log: Log) {
    const { tls, headerTimeout, requestTimeout, keepAlive, maxHeaderSize } = settings;
    const limits = {
      headersTimeout: headerTimeout,
      // Node's would end long uploads to another server, too.
      requestTimeout: listeners.isPassedOn === undefined ? requestTimeout : 0,
      keepAliveTimeout: keepAlive,
      maxHeaderSize,
      // The listener refuses it, and logs that.
      requireHostHeader: false,
      // With this interval a slow client is found after at most one and a half times its timeout.
      connectionsCheckingInterval: Math.min(30_000, Math.ceil(headerTimeout / 2)),
      noDelay: true,
    };
    const { isPassedOn } = listeners;
    this.#address = settings.listen;
    this.node =
      tls === undefined
        ? http.createServer(limits)
        : https.createServer({ ...limits, handshakeTimeout: headerTimeout, ...secureOptions(tls) });
    // Node would drop the fields behind the thousandth: `maxHeaderSize` is the bound.
    this.node.maxHeadersCount = 0;
    this.#fast = listeners.fastPath && this.#putFastPathFirst(settings, listeners, log);
    this.#guard = this.#guardSockets(settings.sockets, listeners.proxies, log);
    this.node.on('request', (request, response) => {
      // On the response, not on the server: there, idle connections would have to be ended too.
      response.setTimeout(requestTimeout).on('timeout', endUnread);
      if (this.#isRetiring) response.shouldKeepAlive = false;
      const { socket } = request as { socket: unknown };
      if (socket instanceof SingleRequestSocket) response.once('finish', () => socket.answered());
      if (isPassedOn?.(request) === false) this.#limitTime(request, requestTimeout);
      listeners.request(request, response);
    });
    if (isPassedOn !== undefined) {
      this.node.on('checkContinue', (request, response) => {
        if (!isPassedOn(request)) response.writeContinue();
        this.node.emit('request', request, response);
      });
    }
    this.node.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      listeners.upgrade(request, socket, head);
    });
    this.node.on('clientError', clientErrorListener(log));
    this.node.on('tlsClientError', tlsErrorListener(log));
  }

  /** In place of Node's own `requestTimeout`. */
  #limitTime(request: IncomingMessage, milliseconds: number): void {
    const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
    if (coding === undefined && Number(length) === 0) return;
    const { socket } = request;
    const late = setTimeout(() => {
      const error = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      this.node.emit('clientError', error, socket);
    }, milliseconds);
    request.once('close', () => clearTimeout(late));
    request.once('end', () => clearTimeout(late));
  }

  /** Connections go to the fast path first; Node's own listener gets those that it leaves. */
  #putFastPathFirst(limits: FastLimits, { fastPath, proxies }: ServerListeners, log: Log): FastServer {
    const event = this.node instanceof https.Server ? 'secureConnection' : 'connection';
    const [serve] = this.node.listeners(event) as ((this: Server, socket: Duplex) => void)[];
    if (serve === undefined) throw new Error(`Node's server does not listen to ${event}`);
    this.node.off(event, serve);
    const fast = new FastServer({
      ...(fastPath as NonNullable<typeof fastPath>),
      limits,
      proxies,
      handOver: (socket) => serve.call(this.node, socket),
      onUnread: (socket, refusal) => logUnread(log, socket, refusal),
    });
    this.node.on(event, (socket: Socket) => {
      // A connection over the limit was closed already.
      if (!socket.destroyed) fast.accept(socket);
    });
    return fast;
  }

  /** Before all other listeners: also before TLS begins. */
  #guardSockets(limits: SocketLimits, proxies: TrustedProxies, log: Log): SocketGuard {
    const guard = new SocketGuard(this.node, limits, log);
    const isProxy = (address: string): boolean => proxies.trusts(address);
    this.node.prependListener('connection', (socket: Socket) => guard.admit(socket, isProxy));
    return guard;
  }

  /** Begins to serve. Rejects with Node's own errors, such as EADDRINUSE and EACCES. */
  async listen(via: Listen = listen): Promise<ListenAddress> {
    this.#listening = await via(this.node, this.#address, 'gateway');
    const { host, port } = this.#listening;
    return { host, port };
  }

  /**
   * Takes no more connections. Each that is open ends with its next answer, or when it has been
   * idle for its keep-alive time: a client that sends a request on it just now gets its answer.
   * Resolves when all are gone.
   */
  retire(): Promise<void> {
    this.#isRetiring = true;
    this.#listening?.stop();
    this.#fast?.retire();
    return this.#guard.emptied();
  }

  /**
   * Takes no more connections and ends the idle ones; after `timeout` milliseconds the others too.
   * Resolves when all are gone.
   */
  async close(timeout: number): Promise<void> {
    const late = setTimeout(() => this.#destroyAll(), timeout);
    // A connection that becomes idle later would delay the end by its keep-alive time.
    const sweep = setInterval(() => this.node.closeIdleConnections(), 20);
    this.#listening?.stop();
    // Ends Node's look for late requests, too.
    this.node.close();
    this.node.closeIdleConnections();
    this.#fast?.close(false);
    if (timeout === 0) this.#destroyAll();
    await this.#guard.emptied();
    clearTimeout(late);
    clearInterval(sweep);
  }

  #destroyAll(): void {
    this.node.closeAllConnections();
    this.#fast?.close(true);
    // Node forgets a connection once it is upgraded.
    this.#guard.destroyAll();
  }
}

/**
 * Nothing went either way for the request's timeout. A client may wait for its answer that long;
 * one that reads nothing of it is gone, or wants to fill the memory.
 */
function endUnread(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

function secureOptions(tls: NonNullable<ServerSettings['tls']>): https.ServerOptions {
  const { cert, key, minVersion, ciphers } = tls;
  return {
    cert,
    key,
    // Legacy browsers speak HTTP/1.1 only, and so does this server.
    ALPNProtocols: ['http/1.1'],
    ...(minVersion !== undefined && { minVersion }),
    ...(ciphers !== undefined && { ciphers }),
  };
}
