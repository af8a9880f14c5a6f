import type { LogFormat, LogLevel } from '../base/log.ts';
import type { TlsVersion } from '../http/options.ts';

/**
 * What `createGateway` takes, and what a config file may hold. A duration is milliseconds, or a number with its unit as in `'25s'`; a size is bytes, or as
 * in `'256KiB'`. Anything that is not listed here is refused.
 */
export interface GatewayOptions {
  /** Address to serve on: a port, or `host:port`. @default '127.0.0.1:8080' */
  readonly listen?: string | number | undefined;
  /** What is served where. @default ['/echo=echo:', '/stomp=stomp:'] */
  readonly routes?: readonly (string | RouteSettings)[] | undefined;
  /** Origins whose pages may connect beside the gateway's own; `'*'` is every page. @default [] */
  readonly origin?: string | readonly string[] | undefined;
  /** `Host` names accepted beside IP literals, `localhost`, the machine's name and the hosts of `origin`. @default [] */
  readonly host?: string | readonly string[] | undefined;
  /** Networks of proxies whose X-Forwarded-For, -Proto and -Host are believed. @default [] */
  readonly trustedProxy?: string | readonly string[] | undefined;
  /** Answer the SockJS protocol below routes, perhaps with settings. @default true */
  readonly sockjs?: boolean | SockJsSettings | undefined;
  /** Allow JSONP on every route: its requests are script tags and forms, admitted by `Referer`. The demo's routes have it. @default false */
  readonly jsonp?: boolean | undefined;
  /**
   * Switches the fallback over Flash on: socket policies are served on this port (`true` is 843, where players ask first) and beside HTTP on the gateway's own, and
   * the SWF below `/shim`. The port is served by `listen`. @default none
   */
  readonly policyPort?: number | string | true | undefined;
  /** Hosts whose SWFs may connect beside the gateway's own and those of `origin`: names, addresses, `*.name`; `'*'` is every host. @default [] */
  readonly policyDomain?: string | readonly string[] | undefined;
  /** Serve `/crossdomain.xml` for the same hosts; by `listen`, too. @default false */
  readonly crossdomain?: boolean | undefined;
  /** Plain TCP port of the embedded broker: a port, or `host:port`. It is served by `listen`. @default none */
  readonly stompPort?: string | number | undefined;
  /** The embedded broker. */
  readonly stomp?: StompSettings | undefined;
  /** PEM file of the certificate chain: serve https and wss. Comes with `tlsKey`. */
  readonly tlsCert?: string | undefined;
  /** PEM file of the private key. */
  readonly tlsKey?: string | undefined;
  /** The same two, and what old clients need. */
  readonly tls?: TlsSettings | undefined;
  /** Serve the demo at `/` and its routes below `/demo`. @default true */
  readonly demo?: boolean | undefined;
  /** Between signs of life on a fallback; a peer silent for 2.5 of them is given up. @default '25s' */
  readonly heartbeat?: number | string | undefined;
  /** How long a fallback session lives without a downstream. @default '2m' */
  readonly resumeWindow?: number | string | undefined;
  /** How long a created session waits for its first downstream. @default '5s' */
  readonly attachTimeout?: number | string | undefined;
  /** How long a backend may take to accept. @default '10s' */
  readonly connectTimeout?: number | string | undefined;
  /** Silence after which a native client is pinged; `'off'` never. @default '25s' */
  readonly clientPing?: number | string | undefined;
  /** Time live sessions have to close when the gateway drains. @default '10s' */
  readonly grace?: number | string | undefined;
  /** Time a client has to send a request's header. @default '10s' */
  readonly headerTimeout?: number | string | undefined;
  /** Time a client has to send a whole request. @default '2m' */
  readonly requestTimeout?: number | string | undefined;
  /** How long an idle connection is kept; longer than a proxy in front keeps it. @default '75s' */
  readonly keepAlive?: number | string | undefined;
  /** Size of a message, either way; more closes with 1009. @default '16MiB' */
  readonly maxMessage?: number | string | undefined;
  /** Size of a request body; more is answered 413. @default '257KiB' */
  readonly maxBody?: number | string | undefined;
  /** Unacknowledged data per session at which its backend is not read any more. @default '1MiB' */
  readonly outbox?: number | string | undefined;
  /** Unacknowledged data per session at which it is closed with 1013. @default '16MiB' */
  readonly maxBuffered?: number | string | undefined;
  /** Data per session waiting for its backend. @default '256KiB' */
  readonly inbox?: number | string | undefined;
  /** Size of a poll's answer, about. @default '256KiB' */
  readonly pollBudget?: number | string | undefined;
  /** Size after which a stream is renewed. @default '256KiB' */
  readonly streamBudget?: number | string | undefined;
  /** Size of the pieces a large message is sent in. @default '64KiB' */
  readonly fragment?: number | string | undefined;
  /** Delayed answers per session; more are answered 429. @default 4 */
  readonly maxDelayed?: number | string | undefined;
  /** Sessions in all; more are answered 503. @default 10000 */
  readonly maxSessions?: number | string | undefined;
  /** Sessions from one address; more are answered 429. @default 1000 */
  readonly maxSessionsPerAddress?: number | string | undefined;
  /** Fallback sessions and native connections in all; more are answered 503. @default 20000 */
  readonly maxConnections?: number | string | undefined;
  /** Fallback sessions and native connections from one address; more are answered 429. @default 2000 */
  readonly maxConnectionsPerAddress?: number | string | undefined;
  /**
   * Bytes held on behalf of all clients: messages that wait, request bodies, what the embedded broker
   * stores. Above three quarters of it, new sessions and connections are answered 503.
   * @default half of V8's heap limit
   */
  readonly memory?: number | string | undefined;
  /**
   * Bytes held on behalf of the clients of one address. Above three quarters of it, new sessions and
   * connections from this address are answered 429. @default a quarter of `memory`
   */
  readonly memoryPerAddress?: number | string | undefined;
  /** Time after which a fallback session is closed, however alive it is; `'off'` never. @default 'off' */
  readonly maxSessionAge?: number | string | undefined;
  /**
   * Name of a cookie that binds a fallback session: every request of the session must send the value
   * that the first one sent, or is answered 404. @default none
   */
  readonly bindSession?: string | undefined;
  /** @default 'info' */
  readonly logLevel?: LogLevel | undefined;
  /** `auto` is text on a terminal and JSON elsewhere. @default 'auto' */
  readonly logFormat?: LogFormat | undefined;
}

/** Settings of one route. */
export interface RouteSettings {
  /** Begins with `/`. Everything below it belongs to the route, unless a longer one matches. `/shim` and `/healthz` are the gateway's own. */
  readonly path: string;
  /**
   * `ws://…`, `wss://…`, `stomp://…`, `stomps://…`, `stomp:` or `echo:`. A path replaces the route's, as in nginx's `proxy_pass`; brokers
   * after the first, separated by commas, are tried when those before do not accept.
   */
  readonly backend: string;
  /** `Host` sent to a ws or wss backend. @default the client's */
  readonly host?: string | undefined;
  /**
   * How STOMP is relayed to a `stomp` backend. On a `ws` backend it says that the backend speaks STOMP: clients then get whole frames, one in
   * each message.
   */
  readonly stomp?: StompRouteSettings | undefined;
  /** PEM file of the certificates that a wss or stomps backend is checked against. @default the system's */
  readonly ca?: string | undefined;
  /** Header fields set on every handshake with a ws or wss backend. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Between keepalive pings to a ws or wss backend; many servers do not bear them. @default 'off' */
  readonly ping?: number | string | undefined;
  /** Silence after which a native client of this route is pinged. @default the gateway's `clientPing` */
  readonly clientPing?: number | string | undefined;
  /** @default the gateway's `maxMessage` */
  readonly maxMessage?: number | string | undefined;
  /** @default the gateway's `maxSessions` */
  readonly maxSessions?: number | string | undefined;
}

/** What SockJS clients are told, and how their sessions live (gateway/SOCKJS.md). Signs of life are sent as on other fallbacks: `heartbeat`. */
export interface SockJsSettings {
  /** A binary message from the backend comes as base64, or ends the connection with 1003. @default 'close' */
  readonly binary?: 'base64' | 'close' | undefined;
  /** How long a session lives without a downstream. @default '5s' */
  readonly sessionTimeout?: number | string | undefined;
  /** Size after which a streamed response ends and the client asks for the next. @default '128KiB' */
  readonly responseLimit?: number | string | undefined;
  /** Tell clients that they may use WebSockets, and let them. @default true */
  readonly websocket?: boolean | undefined;
  /** Set `JSESSIONID`, for balancers that keep a client on one server by it. @default false */
  readonly cookie?: boolean | undefined;
  /** URL of the sockjs-client that the iframe page loads: its version must be that of the pages. @default the one that comes with the gateway */
  readonly library?: string | undefined;
}

/** The embedded STOMP broker. It keeps everything in memory, and nothing beyond its process. */
export interface StompSettings {
  /** Passcodes by login. @default everyone is let in */
  readonly users?: Readonly<Record<string, string>> | undefined;
  /** How often a message that was not acknowledged is given out again, before it is dropped with a log line. @default 5 */
  readonly redeliveries?: number | string | undefined;
  /** Queues that have messages or consumers. @default 1000 */
  readonly maxQueues?: number | string | undefined;
  /** Messages waiting in one queue. @default 10000 */
  readonly maxQueued?: number | string | undefined;
  /** Size of what is kept in all queues. @default '64MiB' */
  readonly maxStored?: number | string | undefined;
  /** Subscriptions of one connection. @default 256 */
  readonly maxSubscriptions?: number | string | undefined;
}

/** STOMP between the clients of a route and its broker. */
export interface StompRouteSettings {
  /** `host` of CONNECT. @default the client's */
  readonly virtualHost?: string | undefined;
  /** Takes the place of the client's. @default the client's */
  readonly login?: string | undefined;
  /** Takes the place of the client's. @default the client's */
  readonly passcode?: string | undefined;
  /** Destinations that may be subscribed to; `*` is a word, `#` or `>` at the end the rest. @default all */
  readonly subscribe?: string | readonly string[] | undefined;
  /** Destinations that may be sent to, in the same way. @default all */
  readonly send?: string | readonly string[] | undefined;
  /** Between heart-beats of gateway and broker while a client is on a fallback. @default '10s' */
  readonly heartbeat?: number | string | undefined;
  /** Time each broker has to accept, and then to answer CONNECT. @default the gateway's `connectTimeout` */
  readonly connectTimeout?: number | string | undefined;
}

/** TLS, with what old clients need. */
export interface TlsSettings {
  /** PEM file of the certificate chain. */
  readonly cert?: string | undefined;
  /** PEM file of the private key. */
  readonly key?: string | undefined;
  /** Oldest version agreed to. OpenSSL 3 wants `@SECLEVEL=0` in `ciphers` for those before TLSv1.2. @default Node's */
  readonly minVersion?: TlsVersion | undefined;
  /** OpenSSL cipher list. @default Node's */
  readonly ciphers?: string | undefined;
}
