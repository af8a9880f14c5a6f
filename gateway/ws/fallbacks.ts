import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server } from 'node:http';
import { ConfigError } from '../base/errors.ts';
import type { GatewayOptions } from '../config/options.ts';
import { composeFallbacks, isForFallbacks } from '../gateway.ts';
import { serverBackend } from './server-backend.ts';

/** Options that belong to the program's own HTTP server, or to nothing that is here. */
const notHere = [
  'listen',
  'routes',
  'demo',
  'sockjs',
  'policyPort',
  'policyDomain',
  'crossdomain',
  'stompPort',
  'stomp',
  'tlsCert',
  'tlsKey',
  'tls',
  'clientPing',
  'headerTimeout',
  'requestTimeout',
  'keepAlive',
] as const;

/**
 * Options of the fallbacks of one HTTP server: those of `createGateway`, except what the server
 * itself decides. `host` is every name by default, because `ws` does not check it. `logLevel` is
 * `'warn'`.
 */
export type FallbackOptions = Omit<GatewayOptions, (typeof notHere)[number]>;

/** What closes the fallbacks of a server. */
const served = new WeakMap<Server, () => void>();

/**
 * Serves the fallbacks of all WebSocket servers on `server`, at every path, and the shim below
 * `/shim`. A `WebSocketServer` with `port` or `server` calls it; with `noServer` the first fallback
 * client does, without options. Call it yourself before that to have options there.
 *
 * @throws ConfigError for an option that is wrong, and for options of a server that has some.
 */
export function serveFallbacks(server: Server, options?: FallbackOptions): () => void {
  const before = served.get(server);
  if (before !== undefined) {
    if (options === undefined) return before;
    const advice = 'give `fallback` to the first WebSocketServer of an HTTP server';
    throw new ConfigError('GW_CONFIG', `the fallbacks of this server have their options already; ${advice}`);
  }
  for (const key of notHere) {
    if (options === undefined || !Object.hasOwn(options, key)) continue;
    throw new ConfigError(
      'GW_CONFIG',
      `fallback.${key}: there is no such option; the HTTP server decides it`,
    );
  }
  const gateway = composeFallbacks({ host: '*', logLevel: 'warn', ...options });
  const close = (): void => void gateway.close();
  served.set(server, close);
  gateway.attachFallbacks(server, (upstream) => serverBackend(server, upstream));
  server.once('close', () => void gateway.close(0));
  return close;
}

let watches = false;

/**
 * Serves the fallbacks of every HTTP server that a fallback client comes to, if something there
 * listens to `upgrade`. A WebSocket server without an HTTP server of its own cannot know where its
 * handshakes will come from before the first one, which a fallback client never makes. Node tells
 * of each request before its listeners get it (nodejs.org/api/diagnostics_channel.html#http).
 */
export function serveFallbacksOnDemand(): void {
  if (watches) return;
  watches = true;
  subscribe('http.server.request.start', (message) => {
    const { request, server } = message as { request: IncomingMessage; server: Server };
    if (served.has(server) || !isForFallbacks(request.url ?? '')) return;
    if (server.listenerCount('upgrade') > 0) serveFallbacks(server);
  });
}
