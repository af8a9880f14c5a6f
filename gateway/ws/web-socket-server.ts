import type { IncomingMessage, Server } from 'node:http';
import {
  createWebSocketStream,
  type ServerOptions,
  WebSocketServer as WsServer,
  WebSocket as WsSocket,
} from 'ws';
import { type FallbackOptions, serveFallbacks, serveFallbacksOnDemand } from './fallbacks.ts';

/** The socket of `ws`. Clients on a fallback have the same class. */
export class WebSocket extends WsSocket {
  static readonly createWebSocketStream = createWebSocketStream;
  static readonly serveFallbacks = serveFallbacks;
  static Server: typeof WebSocketServer;
  static WebSocketServer: typeof WebSocketServer;
  static WebSocket: typeof WebSocket;
}

/**
 * What closes the fallbacks of servers that made their HTTP server. With a private member the class
 * would take no server of `ws` where it is a type.
 */
const closeFallbacks = new WeakMap<object, () => void>();

/** Options of a server of `ws`, and of its fallbacks. */
export interface WebSocketServerOptions<
  Socket extends typeof WsSocket = typeof WsSocket,
  Request extends typeof IncomingMessage = typeof IncomingMessage,
> extends ServerOptions<Socket, Request> {
  /** The fallbacks; `false` for none. With `noServer`, `serveFallbacks` takes their options. */
  fallback?: FallbackOptions | false | undefined;
}

/**
 * The server of `ws`, for clients on a fallback as well. `ws` itself serves native clients. A
 * client on a fallback arrives as an Upgrade on a connection inside the process. So a program
 * handles the handshakes and sockets of both kinds in the same way: `verifyClient`,
 * `handleProtocols`, `headers`, a status in place of 101, `ping`, `terminate`.
 *
 * Fallback clients need the HTTP server for each request. After `close` of a server with `port`
 * they are closed with 1001, unless the program has closed them.
 */
export class WebSocketServer<
  Socket extends typeof WsSocket = typeof WsSocket,
  Request extends typeof IncomingMessage = typeof IncomingMessage,
> extends WsServer<Socket, Request> {
  constructor(options?: WebSocketServerOptions<Socket, Request>, callback?: () => void) {
    const { fallback, ...others } = options ?? {};
    super({ WebSocket: WebSocket as unknown as Socket, ...others }, callback);
    if (fallback === false) return;
    if (this.options.noServer) {
      if (fallback) throw new TypeError('with noServer, serveFallbacks(server, options) takes the options');
      serveFallbacksOnDemand();
      return;
    }
    // Private in `ws`: the server that it made for `port`.
    const server = (this as unknown as { _server: Server })._server;
    const close = serveFallbacks(server, fallback);
    if (!this.options.server) closeFallbacks.set(this, close);
  }

  override close(callback?: (error?: Error) => void): void {
    super.close(callback);
    // A program says goodbye to its clients after this call, in the same turn.
    const close = closeFallbacks.get(this);
    if (close !== undefined) setImmediate(close);
  }
}

WebSocket.Server = WebSocketServer;
WebSocket.WebSocketServer = WebSocketServer;
WebSocket.WebSocket = WebSocket;
