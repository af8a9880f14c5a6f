import { hostname, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { ConfigError } from '../base/errors.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { ResolvedOptions, RouteOptions, WebSocketBackendOptions } from './resolved.ts';

/**
 * Refuses routes that lead to the gateway's own address, and there back to themselves. A loop over
 * other machines is noticed when a handshake comes back (`gateway/backend/loop.ts`). Throws a
 * `ConfigError`.
 */
export function refuseLoops({
  routes,
  listen,
  app,
}: Pick<ResolvedOptions, 'routes' | 'listen' | 'app'>): void {
  const problems: string[] = [];
  if (app !== undefined && isOwn(app, listen)) {
    problems.push(`app leads to the gateway itself, at ${app.hostname}:${app.port}; ${GIVE_OTHER}`);
  }
  for (const route of routes) {
    if (!comesBack(route, routes, listen)) continue;
    const { hostname: host, port } = route.backend as WebSocketBackendOptions;
    problems.push(
      `the route ${route.path || '/'} leads to the gateway itself, at ${host}:${port}; ${GIVE_OTHER}`,
    );
  }
  if (problems.length > 0) throw new ConfigError('GW_CONFIG', problems.join('\n'));
}

const GIVE_OTHER = 'give it the address of the server behind it';

function comesBack(route: RouteOptions, routes: readonly RouteOptions[], listen: ListenAddress): boolean {
  const seen = new Set<RouteOptions>();
  for (let at: RouteOptions | undefined = route; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    if (at.backend.kind !== 'websocket' || !isOwn(at.backend, listen)) return false;
    at = routeOf(at.backend.path ?? at.path, routes);
    if (at === route) return true;
  }
  return false;
}

/** The route of a path, as `RouteTable` finds it. */
function routeOf(path: string, routes: readonly RouteOptions[]): RouteOptions | undefined {
  const fits = routes.filter((route) => path === route.path || /^[/;]/.test(path.slice(route.path.length)));
  const prefixes = fits.filter((route) => path.startsWith(route.path));
  return prefixes.sort((a, b) => b.path.length - a.path.length)[0];
}

function isOwn(backend: Pick<WebSocketBackendOptions, 'hostname' | 'port'>, listen: ListenAddress): boolean {
  if (backend.port !== listen.port || listen.port === 0) return false;
  const hosts = addressesOf(backend.hostname);
  if (addressesOf(listen.host).some((address) => hosts.includes(address))) return true;
  if (listen.host !== '0.0.0.0' && listen.host !== '::') return false;
  const own = [...ownAddresses(), hostname().toLowerCase()];
  return hosts.some((host) => isLoopback(host) || own.includes(host));
}

/** A name other than `localhost` is left as it is. */
function addressesOf(host: string): string[] {
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' ? ['127.0.0.1', '::1'] : [name];
}

function isLoopback(host: string): boolean {
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}
