/**
 * `ws` with fallbacks: a program that imports this in place of `ws` serves browsers without a
 * WebSocket, too.
 */
export { createWebSocketStream } from 'ws';
export { type FallbackOptions, serveFallbacks } from './fallbacks.ts';
/**
 * What `require` returns (nodejs.org/api/modules.html#loading-ecmascript-modules-using-require):
 * the class, with the others as its properties, as in `ws`.
 */
export {
  WebSocket,
  WebSocket as default,
  WebSocket as 'module.exports',
  WebSocketServer,
  type WebSocketServerOptions,
} from './web-socket-server.ts';
