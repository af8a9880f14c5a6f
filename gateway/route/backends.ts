import type { Backend } from '../backend/backend.ts';
import { echoBackend } from '../backend/echo.ts';
import { ForwardAuth } from '../backend/forward-auth.ts';
import { pseudonymOf } from '../backend/loop.ts';
import type { UpstreamTarget } from '../backend/target.ts';
import { upstreamBackend } from '../backend/upstream.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type {
  ResolvedOptions,
  RouteDefaults,
  RouteOptions,
  WebSocketBackendOptions,
} from '../config/resolved.ts';
import type { StompBackends } from './stomp-backends.ts';

/** Where a route leads. */
export interface RouteBackend {
  readonly backend: Backend;
  /**
   * A WebSocket server that native clients are spliced to; absent: messages go through `backend`.
   */
  readonly target?: UpstreamTarget | undefined;
  /** Who decides about clients before the backend does; absent: nobody. */
  readonly auth?: ForwardAuth | undefined;
}

export interface BackendContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly stomp: StompBackends;
  /** Milliseconds that a backend may take to accept. */
  readonly connectTimeout: number;
}

/** The route of all WebSockets of an application. */
export function appRouteOf(app: NonNullable<ResolvedOptions['app']>, defaults: RouteDefaults): RouteOptions {
  const { secure, hostname, port, host, ca } = app;
  const backend = { kind: 'websocket', secure, hostname, port, path: undefined, isApp: true } as const;
  const none = { stomp: undefined, identity: undefined, auth: undefined, headers: {}, ping: 0 };
  return { ...defaults, path: '', backend, host, ca, ...none };
}

/** The backend of a route in the options, and the server that lets its clients in. */
export function backendOf(route: RouteOptions, context: BackendContext): RouteBackend {
  const { auth } = route;
  if (auth === undefined) return backendAlone(route, context);
  const log = context.log.with({ route: route.path || '/' });
  return { ...backendAlone(route, context), auth: new ForwardAuth(auth, { clock: context.clock, log }) };
}

function backendAlone(route: RouteOptions, context: BackendContext): RouteBackend {
  const { backend } = route;
  switch (backend.kind) {
    case 'echo':
      return { backend: echoBackend };
    case 'broker':
      return { backend: context.stomp.broker(route) };
    case 'relay':
      return { backend: context.stomp.relay(route, backend) };
    case 'websocket':
      return webSocketBackend(route, backend, context);
  }
}

function webSocketBackend(
  route: RouteOptions,
  { secure, hostname, port, path, isApp = false }: WebSocketBackendOptions & { readonly isApp?: boolean },
  { clock, stomp, connectTimeout }: BackendContext,
): RouteBackend {
  const { host, headers, ca, identity, maxMessage, ping } = route;
  const pseudonym = pseudonymOf(route.path);
  const location = { secure, hostname, port, path, host, headers, pseudonym, isApp };
  const target: UpstreamTarget = { ...location, ...(ca && { ca }), ...(identity && { identity }) };
  const upstream = upstreamBackend(target, { clock, connectTimeout, maxMessage, ping });
  // STOMP frames are made whole by reading them, so such a route is not spliced.
  if (route.stomp) return { backend: stomp.framed(route, route.stomp, upstream) };
  return { backend: upstream, target };
}
