import type { AuthOptions } from '../backend/forward-auth.ts';
import { DEFAULT_RELAY_HEARTBEAT, type StompRouteOptions } from '../stomp/options.ts';
import { badOption } from './complaint.ts';
import type { Problems } from './problems.ts';
import type { RouteDefaults, RouteOptions } from './resolved.ts';
import { routePath } from './routes.ts';
import type { CheckedOptions } from './schema.ts';
import { readCertificates, readIdentity } from './tls.ts';

/** The routes of the options, with their files read. */
export function resolveRoutes(
  options: CheckedOptions,
  nameOf: (index: number, ...keys: string[]) => string,
  problems: Problems,
): RouteOptions[] {
  const routes: RouteOptions[] = [];
  const defaults = routeDefaults(options);
  for (const [index, route] of options.routes.entries()) {
    const nameOfKey = (...keys: string[]): string => nameOf(index, ...keys);
    const { ca, cert, key } = route;
    if (routes.some(({ path }) => path === route.path)) {
      problems.add(`${nameOfKey()} has the path ${route.path || '/'} a second time`);
    }
    if (route.path === '' && options.app !== undefined) {
      problems.add(`${nameOfKey()} has the path / of the application: give one of them up`);
    }
    routes.push({
      path: route.path,
      backend: route.backend,
      host: route.host,
      stomp: problems.check([], () => stompRoute(route, options, nameOfKey('stomp'))),
      ca: problems.check([], () => {
        checkUse(route, nameOfKey);
        return ca === undefined ? undefined : readCertificates(ca, nameOfKey('ca'));
      }),
      identity: problems.check([], () =>
        readIdentity(cert, key, { cert: nameOfKey('cert'), key: nameOfKey('key') }),
      ),
      auth: problems.check([], () => resolveAuth(route, nameOfKey)),
      headers: route.headers ?? {},
      ping: route.ping ?? 0,
      clientPing: route.clientPing ?? defaults.clientPing,
      maxMessage: route.maxMessage ?? defaults.maxMessage,
      maxSessions: route.maxSessions ?? defaults.maxSessions,
      jsonp: defaults.jsonp,
    });
  }
  return routes;
}

export function routeDefaults({ clientPing, maxMessage, maxSessions, jsonp }: CheckedOptions): RouteDefaults {
  return { clientPing, maxMessage, maxSessions, jsonp };
}

/**
 * Checks the path of a route that a program adds. Returns it without a trailing slash; throws a
 * `ConfigError`.
 */
export function resolveRoutePath(given: string): string {
  const checked = routePath.safeParse(given);
  if (checked.success) return checked.data;
  throw badOption(`route ${JSON.stringify(given)} ${checked.error.issues[0]?.message}`);
}

/** Refuses a setting that this kind of backend does not use: another one was meant. */
function checkUse(route: CheckedOptions['routes'][number], nameOf: (key: string) => string): void {
  const { backend } = route;
  for (const key of ['host', 'headers', 'ping'] as const) {
    if (route[key] === undefined || backend.kind === 'websocket') continue;
    throw badOption(`${nameOf(key)} is for ws:// and wss:// backends`);
  }
  const isSecure =
    (backend.kind === 'websocket' && backend.secure) ||
    (backend.kind === 'relay' && backend.brokers.some(({ secure }) => secure));
  for (const key of ['ca', 'cert', 'key'] as const) {
    if (route[key] !== undefined && !isSecure)
      throw badOption(`${nameOf(key)} is for wss:// and stomps:// backends`);
  }
}

const DEFAULT_AUTH_EVERY = 300_000;
const DEFAULT_AUTH_TIMEOUT = 5_000;

function resolveAuth(
  { auth, headers = {} }: CheckedOptions['routes'][number],
  nameOf: (...keys: string[]) => string,
): AuthOptions | undefined {
  if (auth === undefined) return undefined;
  const { url, headers: set = [], every = DEFAULT_AUTH_EVERY, timeout = DEFAULT_AUTH_TIMEOUT, ca } = auth;
  const both = set.find((name) => Object.hasOwn(headers, name.toLowerCase()));
  if (both !== undefined) {
    throw badOption(`${nameOf('auth', 'headers')} ${both} is among ${nameOf('headers')} too: write it once`);
  }
  if (ca !== undefined && !url.secure)
    throw badOption(`${nameOf('auth', 'ca')} is for an https:// auth server`);
  const trusted = ca === undefined ? undefined : readCertificates(ca, nameOf('auth', 'ca'));
  return { ...url, headers: set, every, timeout, ca: trusted };
}

/**
 * STOMP settings of a route. A relay always has them. A WebSocket server with any is taken for a
 * STOMP broker.
 */
function stompRoute(
  { backend, stomp }: CheckedOptions['routes'][number],
  options: CheckedOptions,
  name: string,
): StompRouteOptions | undefined {
  if (stomp === undefined && backend.kind !== 'relay') return undefined;
  if (backend.kind === 'echo') throw badOption(`${name} is for STOMP brokers and ws:// and wss:// backends`);
  const others = Object.keys(stomp ?? {}).filter((key) => key !== 'subscribe' && key !== 'send');
  if (backend.kind === 'broker' && others[0] !== undefined) {
    throw badOption(
      `${name}.${others[0]} is for brokers elsewhere; the embedded one has subscribe and send here`,
    );
  }
  const {
    virtualHost,
    login,
    passcode,
    subscribe,
    send,
    heartbeat = DEFAULT_RELAY_HEARTBEAT,
    connectTimeout = options.connectTimeout,
    chunkSize,
  } = stomp ?? {};
  if (chunkSize !== undefined && backend.kind !== 'websocket') {
    throw badOption(`${name}.chunkSize is for ws:// and wss:// backends`);
  }
  return { virtualHost, login, passcode, subscribe, send, heartbeat, connectTimeout, chunkSize };
}
