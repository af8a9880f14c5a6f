import type { AccessOptions } from '../access/options.ts';
import type { AppOptions } from '../app/options.ts';
import type { TlsIdentity } from '../backend/dial.ts';
import type { AuthOptions } from '../backend/forward-auth.ts';
import type { ConnectionLimits } from '../base/connection-counts.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { LogOptions } from '../base/log.ts';
import type { MemoryLimits } from '../base/memory-budget.ts';
import type { Rate } from '../base/token-bucket.ts';
import type { ClusterOptions } from '../cluster/options.ts';
import type { FlashSettings } from '../flash/flash.ts';
import type { HttpLimits, TlsOptions } from '../http/options.ts';
import type { SessionLimits } from '../session/limits.ts';
import type { RegistryLimits } from '../session/registry.ts';
import type { EmbeddedBrokerOptions, StompRouteOptions } from '../stomp/options.ts';
import type { ProcessOptions } from '../supervisor/options.ts';
import type { TransportLimits } from '../transport/options.ts';
import type { SockJsOptions } from '../transport/sockjs/options.ts';

/**
 * The options for the rooms: checked, complete, in milliseconds and bytes, frozen. Each room
 * declares the type of its slice and gets no other.
 */
export interface ResolvedOptions {
  readonly listen: ListenAddress;
  /** Absent: plain http and ws. */
  readonly tls: TlsOptions | undefined;
  /** The routes of the options, in their order. The demo has its own. */
  readonly routes: readonly RouteOptions[];
  /** Settings of a route that says nothing else, such as one with a handler. */
  readonly routeDefaults: RouteDefaults;
  /** The application that has all paths but those of the routes; absent: none. */
  readonly app: AppOptions | undefined;
  readonly access: AccessOptions;
  /** Names of `--host`, by which browsers reach the gateway; `*` is none. */
  readonly publicNames: readonly string[];
  /** Serve the demo: its pages at `/`, its routes below `/demo`. */
  readonly demo: boolean;
  readonly session: SessionLimits;
  readonly transport: TransportLimits;
  readonly sessionLimits: RegistryLimits;
  readonly connectionLimits: ConnectionLimits;
  readonly memoryLimits: MemoryLimits;
  /** How fast one address may open connections; absent: as fast as it likes. */
  readonly createRate: Rate | undefined;
  /** `memory` was set. Otherwise it follows from the heap of this process. */
  readonly isMemoryGiven: boolean;
  /** Cookie that must keep its value on every request of a session; absent: none. */
  readonly bindSession: string | undefined;
  readonly http: HttpLimits;
  /** Milliseconds that a backend may take to accept a handshake. */
  readonly connectTimeout: number;
  /** Milliseconds that live sessions have to close when the gateway drains. */
  readonly grace: number;
  readonly stomp: EmbeddedBrokerOptions;
  /** Absent: routes do not answer SockJS. */
  readonly sockjs: SockJsOptions | undefined;
  readonly flash: FlashSettings;
  /** Where the status is served; absent: nowhere. */
  readonly status: ListenAddress | undefined;
  readonly processes: ProcessOptions;
  /** Begins the name of this process; absent: the name is random. */
  readonly node: string | undefined;
  /** Absent: no gateway on another machine belongs to this one. */
  readonly cluster: ClusterOptions | undefined;
  readonly log: LogOptions;
  /** File of the access log; absent: there is none. */
  readonly accessLog: string | undefined;
}

/** One route: a path and its backend. */
export interface RouteOptions {
  /** Begins with `/`, without a trailing slash. The empty path is the route of every path. */
  readonly path: string;
  readonly backend: BackendOptions;
  /** `Host` sent upstream; absent: the client's. */
  readonly host: string | undefined;
  /**
   * How STOMP is relayed; present on every `relay`, and on a `websocket` whose server speaks STOMP.
   */
  readonly stomp: StompRouteOptions | undefined;
  /** CA certificates for a wss or stomps backend, in PEM form; absent: the system's. */
  readonly ca: Buffer | undefined;
  /** Certificate and key that the gateway shows a wss or stomps backend; absent: none. */
  readonly identity: TlsIdentity | undefined;
  /** Who decides about clients beside the backend; absent: nobody. */
  readonly auth: AuthOptions | undefined;
  /**
   * Header fields for every handshake with the backend, by lower-case name; they replace the
   * client's.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds between pings to the backend; 0 for none. */
  readonly ping: number;
  /** Milliseconds of silence after which a native client is pinged; 0 for never. */
  readonly clientPing: number;
  /** Bytes of a message, in either direction. */
  readonly maxMessage: number;
  /** Fallback sessions of the route at a time. */
  readonly maxSessions: number;
  /** The route answers JSONP. */
  readonly jsonp: boolean;
}

/** Settings for which a route has the gateway's options as default. */
export type RouteDefaults = Pick<RouteOptions, 'clientPing' | 'maxMessage' | 'maxSessions' | 'jsonp'>;

/** The backend of a route. */
export type BackendOptions =
  | EchoBackendOptions
  | BrokerBackendOptions
  | RelayBackendOptions
  | WebSocketBackendOptions;

/** Sends every message back. */
export interface EchoBackendOptions {
  readonly kind: 'echo';
}

/** The gateway's own STOMP broker. */
export interface BrokerBackendOptions {
  readonly kind: 'broker';
}

/** STOMP brokers on TCP or TLS, tried in turn. */
export interface RelayBackendOptions {
  readonly kind: 'relay';
  readonly brokers: readonly ServerLocation[];
}

/** The address of a server. */
export interface ServerLocation {
  /** wss, stomps: TLS with a verified certificate. */
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** Any WebSocket server. */
export interface WebSocketBackendOptions extends ServerLocation {
  readonly kind: 'websocket';
  /**
   * Replaces the route's path at the start of the client's, as nginx's `proxy_pass` does; absent:
   * the client's path stays whole. A backend written with a lone `/` has the path `/`.
   */
  readonly path: string | undefined;
}
