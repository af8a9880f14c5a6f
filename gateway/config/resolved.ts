import type { ConnectionLimits } from '../base/connection-counts.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { LogOptions } from '../base/log.ts';
import type { MemoryLimits } from '../base/memory-budget.ts';
import type { SessionLimits } from '../session/limits.ts';

/**
 * The options as the rooms get them: checked, complete, in plain units (milliseconds, bytes), frozen. Each room is handed only its own slice.
 */
export interface ResolvedOptions {
  readonly listen: ListenAddress;
  /** Absent: plain http and ws. */
  readonly tls: TlsOptions | undefined;
  /** In the order they were written. The demo has its own. */
  readonly routes: readonly RouteOptions[];
  /** What a route has that says nothing else, such as one with a handler. */
  readonly routeDefaults: RouteDefaults;
  readonly access: AccessOptions;
  /** Serve the demo: its pages at `/`, its routes below `/demo`. */
  readonly demo: boolean;
  readonly session: FallbackOptions;
  readonly sessionLimits: SessionCountLimits;
  readonly connectionLimits: ConnectionLimits;
  readonly memoryLimits: MemoryLimits;
  /** Cookie that must keep its value on every request of a session; absent: none. */
  readonly bindSession: string | undefined;
  readonly http: HttpLimits;
  /** Milliseconds a backend has to accept a handshake. */
  readonly connectTimeout: number;
  /** Milliseconds that live sessions are given to close when the gateway drains. */
  readonly grace: number;
  readonly stomp: StompOptions;
  /** Absent: routes do not answer SockJS. */
  readonly sockjs: SockJsOptions | undefined;
  readonly flash: FlashOptions;
  readonly log: LogOptions;
}

/** The fallback over Flash. */
export interface FlashOptions {
  /** Where socket policies are served; absent: nowhere, and no fallback over Flash. */
  readonly listen: ListenAddress | undefined;
  /** Hosts whose SWFs may talk to the gateway, beside its own; `*` only if it was asked for. */
  readonly domains: readonly string[];
  /** Serve `/crossdomain.xml`. */
  readonly crossdomain: boolean;
}

/** SockJS below every route. */
export interface SockJsOptions {
  /** What becomes of a binary message from the backend. */
  readonly binary: 'base64' | 'close';
  /** Milliseconds a session lives without a downstream. */
  readonly sessionTimeout: number;
  /** Bytes after which a streamed response ends. */
  readonly responseLimit: number;
  /** Clients may use WebSockets. */
  readonly websocket: boolean;
  /** `JSESSIONID` is set. */
  readonly cookie: boolean;
  /** Where the iframe page finds the client's library; absent: at the gateway. */
  readonly library: string | undefined;
}

/** The embedded STOMP broker. */
export interface StompOptions {
  /** Its plain TCP port; absent: none. */
  readonly listen: ListenAddress | undefined;
  /** Passcodes by login; absent: everyone is let in. */
  readonly users: Readonly<Record<string, string>> | undefined;
  /** How often a message that was not acknowledged is given out again. */
  readonly redeliveries: number;
  /** Bytes of a frame, head and body together. */
  readonly maxMessage: number;
  /** Queues, messages in one queue, and bytes in all of them. */
  readonly maxQueues: number;
  readonly maxQueued: number;
  readonly maxStored: number;
  /** Subscriptions of one connection. */
  readonly maxSubscriptions: number;
}

/** What is changed or refused between the clients of a route and its STOMP broker. */
export interface StompRouteOptions {
  /** `host` of CONNECT; absent: the client's. */
  readonly virtualHost: string | undefined;
  /** Credentials in place of the client's. */
  readonly login: string | undefined;
  readonly passcode: string | undefined;
  /** Patterns of destinations that may be subscribed to, and sent to; absent: all. */
  readonly subscribe: readonly string[] | undefined;
  readonly send: readonly string[] | undefined;
  /** Milliseconds between heart-beats with the broker of a fallback client; 0 for none. */
  readonly heartbeat: number;
  /** Milliseconds each broker has to accept a connection, and then to answer CONNECT. */
  readonly connectTimeout: number;
}

/** The certificate and what is agreed to with old clients. */
export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: TlsVersion | undefined;
  /** OpenSSL cipher list. */
  readonly ciphers: string | undefined;
}

/** Names as `node:tls` has them. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** One route: a path and what it leads to. */
export interface RouteOptions {
  /** Begins with `/`, has no trailing slash; the empty string is the route of every path. */
  readonly path: string;
  readonly backend: BackendOptions;
  /** `Host` sent upstream; absent: the client's. */
  readonly host: string | undefined;
  /** How STOMP is relayed; present on every `relay`, and on a `websocket` that is to be read as STOMP. */
  readonly stomp: StompRouteOptions | undefined;
  /** Certificates that a wss or stomps backend is checked against in place of the system's, in PEM form. */
  readonly ca: Buffer | undefined;
  /** Header fields set on every handshake upstream, by lower-case name; they replace the client's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds between keepalive pings to the backend; 0 sends none. */
  readonly ping: number;
  /** Milliseconds of silence after which a native client is pinged; 0 never. */
  readonly clientPing: number;
  /** Bytes a message may have in either direction. */
  readonly maxMessage: number;
  /** Fallback sessions the route may have at once. */
  readonly maxSessions: number;
  /** JSONP is answered. */
  readonly jsonp: boolean;
}

/** Settings of a route that the gateway's own options decide when the route does not. */
export type RouteDefaults = Pick<RouteOptions, 'clientPing' | 'maxMessage' | 'maxSessions' | 'jsonp'>;

/** What a route leads to. */
export type BackendOptions =
  | EchoBackendOptions
  | BrokerBackendOptions
  | RelayBackendOptions
  | WebSocketBackendOptions;

/** Every message comes back. */
export interface EchoBackendOptions {
  readonly kind: 'echo';
}

/** The gateway's own STOMP broker. */
export interface BrokerBackendOptions {
  readonly kind: 'broker';
}

/** STOMP brokers on TCP or TLS; one that accepts is enough. */
export interface RelayBackendOptions {
  readonly kind: 'relay';
  readonly brokers: readonly ServerLocation[];
}

/** Where a server of any kind is. */
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
   * Replaces the route's path at the start of the client's, as nginx's `proxy_pass` does; absent: the client's path goes on whole. A backend
   * written with a lone `/` has the path `/`.
   */
  readonly path: string | undefined;
}

/** Who may talk to the gateway. */
export interface AccessOptions {
  /** Serialized origins allowed beside the gateway's own, `null` and `*` among them if asked for. */
  readonly origins: readonly string[];
  /** `Host` names accepted beside those that always are, in lower case. */
  readonly hosts: readonly string[];
  /** Networks of proxies whose X-Forwarded fields are believed, in CIDR form. */
  readonly trustedProxies: readonly string[];
}

/** Bounds of one fallback session and of the requests and responses that carry it. */
export interface FallbackOptions extends SessionLimits {
  /** Bytes of a request body. */
  readonly body: number;
  /** Bytes a poll carries, about. */
  readonly pollBudget: number;
  /** Bytes after which an XHR stream is to be renewed. */
  readonly streamBudget: number;
}

/** How many sessions are taken. */
export interface SessionCountLimits {
  readonly sessions: number;
  readonly sessionsPerAddress: number;
}

/** Times a client has, in milliseconds. */
export interface HttpLimits {
  /** To send a request's header. */
  readonly headerTimeout: number;
  /** To send a whole request, its body included. */
  readonly requestTimeout: number;
  /** An idle connection is kept for. */
  readonly keepAlive: number;
}
