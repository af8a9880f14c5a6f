/**
 * `ws` with fallbacks: a program that imports this in place of `ws` serves browsers without a
 * WebSocket, too.
 */
export { createWebSocketStream } from 'ws';
export { type FallbackOptions, serveFallbacks } from './fallbacks.ts';
export {
  WebSocket,
  WebSocket as default,
  WebSocketServer,
  type WebSocketServerOptions,
} from './web-socket-server.ts';
