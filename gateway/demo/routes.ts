import type { ResolvedOptions, RouteOptions } from '../config/resolved.ts';

/** Small bounds, so that the demo can be left on. */
const bounds: Omit<RouteOptions, 'path' | 'backend' | 'clientPing'> = {
  host: undefined,
  stomp: undefined,
  ca: undefined,
  identity: undefined,
  auth: undefined,
  headers: {},
  ping: 0,
  maxMessage: 4 * 1024 ** 2,
  maxSessions: 200,
  jsonp: true,
};

const backends = { '/demo/echo': { kind: 'echo' }, '/demo/stomp': { kind: 'broker' } } as const;

/**
 * Routes of the demo. Only its own pages may use them. A route of the operator replaces the one
 * with the same path.
 */
export function demoRoutes({ demo, routes, routeDefaults }: ResolvedOptions): readonly RouteOptions[] {
  if (!demo) return [];
  const { clientPing } = routeDefaults;
  return Object.entries(backends)
    .filter(([path]) => !routes.some((route) => route.path === path))
    .map(([path, backend]) => ({ ...bounds, clientPing, path, backend }));
}
