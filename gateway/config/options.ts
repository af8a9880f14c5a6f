import type { LogFormat, LogLevel } from '../base/log.ts';
import type { TlsVersion } from '../http/options.ts';
import type { AppSettings } from './app-settings.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import type { RouteSettings } from './route-settings.ts';

/**
 * Options of `createGateway` and of a config file. A duration is milliseconds, or a number with its
 * unit: `'25s'`. A size is bytes, or a number with its unit: `'256KiB'`. Unknown keys are refused.
 */
export interface GatewayOptions {
  /** Address to serve on: a port, or `host:port`. @default '127.0.0.1:8080' */
  readonly listen?: string | number | undefined;
  /** The routes. @default ['/echo=echo:', '/stomp=stomp:'] */
  readonly routes?: readonly (string | RouteSettings)[] | undefined;
  /**
   * A whole application behind the gateway, as its URL or a table. Plain HTTP is passed on, pages
   * get the shim's tag, and WebSockets of every path work natively or by a fallback. Routes have
   * precedence. For `listen` only. @default none
   */
  readonly app?: string | AppSettings | undefined;
  /** `Host` that the application gets. @default the client's */
  readonly appHost?: string | undefined;
  /** Origins whose pages may connect, besides the gateway's own. `'*'`: every one. @default [] */
  readonly origin?: string | readonly string[] | undefined;
  /**
   * `Host` names that are accepted besides IP literals, `localhost`, the machine's name and the
   * hosts of `origin`. `'*'` is every name; use it only if nobody else can point a name at this
   * server. @default []
   */
  readonly host?: string | readonly string[] | undefined;
  /** Addresses or networks of proxies whose X-Forwarded-* fields are trusted. @default [] */
  readonly trustedProxy?: string | readonly string[] | undefined;
  /**
   * Header field in which the trusted proxies name the user, such as `X-Remote-User`. Backends and
   * the log get it. From anybody else it is removed. @default none
   */
  readonly userHeader?: string | undefined;
  /** Serve the SockJS protocol below routes: true, false or settings. @default true */
  readonly sockjs?: boolean | SockJsSettings | undefined;
  /**
   * Allow JSONP on every route. Its requests are script tags and forms, which are admitted by their
   * `Referer`. The demo's routes have it. @default false
   */
  readonly jsonp?: boolean | undefined;
  /**
   * Switches the Flash fallback on. `listen` serves socket policies on this port, and also on the
   * gateway's own port beside HTTP. The SWF is below `/shim`. `true` is 843, where players look
   * first. @default none
   */
  readonly policyPort?: number | string | true | undefined;
  /**
   * Hosts whose SWFs may connect, besides the gateway's own and those of `origin`: names,
   * addresses, `*.name`. `'*'` is every host. @default []
   */
  readonly policyDomain?: string | readonly string[] | undefined;
  /** Serve `/crossdomain.xml` for the same hosts, by `listen`. @default false */
  readonly crossdomain?: boolean | undefined;
  /** Plain TCP port of the embedded broker, by `listen`: a port, or `host:port`. @default none */
  readonly stompPort?: string | number | undefined;
  /**
   * Port for `/metrics`, `/status`, `/status.json` and a `/healthz` with counts, by `listen`: a
   * port, or `host:port`. @default none
   */
  readonly status?: string | number | undefined;
  /** The embedded broker. */
  readonly stomp?: StompSettings | undefined;
  /** PEM file of the certificate chain: serve https and wss. Needs `tlsKey`. */
  readonly tlsCert?: string | undefined;
  /** PEM file of the private key. */
  readonly tlsKey?: string | undefined;
  /** Both files, and settings for old clients. */
  readonly tls?: TlsSettings | undefined;
  /**
   * Serve the demo at `/` and its routes below `/demo`.
   * @default false; on the command line and in its file true without routes and `app`
   */
  readonly demo?: boolean | undefined;
  /**
   * Interval between heartbeats on a fallback. A peer that is silent for 2.5 intervals is dropped.
   * @default '25s'
   */
  readonly heartbeat?: number | string | undefined;
  /** How long a fallback session lives without a downstream. @default '2m' */
  readonly resumeWindow?: number | string | undefined;
  /** How long a created session waits for its first downstream. @default '5s' */
  readonly attachTimeout?: number | string | undefined;
  /** How long a backend may take to accept. @default '10s' */
  readonly connectTimeout?: number | string | undefined;
  /** Silence after which a native client is pinged. `'off'`: never. @default '25s' */
  readonly clientPing?: number | string | undefined;
  /** Time that live sessions have to close when the gateway drains. @default '10s' */
  readonly grace?: number | string | undefined;
  /** Time in which a client must send the header of a request. @default '10s' */
  readonly headerTimeout?: number | string | undefined;
  /** Time in which a client must send a whole request. @default '2m' */
  readonly requestTimeout?: number | string | undefined;
  /**
   * Time after which an idle connection is closed. It must be longer than a proxy in front keeps
   * the connection. @default '75s'
   */
  readonly keepAlive?: number | string | undefined;
  /** Size of a message in either direction; a longer one closes with 1009. @default '16MiB' */
  readonly maxMessage?: number | string | undefined;
  /** Size of a request's header with its cookies; a longer one gets 431. @default '16KiB' */
  readonly maxHeaderSize?: number | string | undefined;
  /** Size of a request body; a longer one is answered 413. @default '257KiB' */
  readonly maxBody?: number | string | undefined;
  /** Unacknowledged data of a session at which its backend is no longer read. @default '1MiB' */
  readonly outbox?: number | string | undefined;
  /** Unacknowledged data of a session at which it is closed with 1013. @default '16MiB' */
  readonly maxBuffered?: number | string | undefined;
  /** Data of a session that waits for its backend. @default '256KiB' */
  readonly inbox?: number | string | undefined;
  /** Approximate size of the answer to a poll. @default '256KiB' */
  readonly pollBudget?: number | string | undefined;
  /** Size after which a stream is renewed. @default '256KiB' */
  readonly streamBudget?: number | string | undefined;
  /** Size of the fragments of a large message. @default '64KiB' */
  readonly fragment?: number | string | undefined;
  /** Delayed answers of a session; more requests are answered 429. @default 4 */
  readonly maxDelayed?: number | string | undefined;
  /** Fallback sessions in all; more are answered 503. @default 10000 */
  readonly maxSessions?: number | string | undefined;
  /** Fallback sessions from one address; more are answered 429. @default 1000 */
  readonly maxSessionsPerAddress?: number | string | undefined;
  /** Fallback sessions and native connections in all; more are answered 503. @default 20000 */
  readonly maxConnections?: number | string | undefined;
  /**
   * Fallback sessions and native connections from one address; more are answered 429. @default 2000
   */
  readonly maxConnectionsPerAddress?: number | string | undefined;
  /**
   * How fast one address may open fallback sessions and native connections: a number per second,
   * minute or hour, such as `'20/m'`. They may all come at once. More are answered 429.
   * @default 'off'
   */
  readonly createRate?: string | number | undefined;
  /**
   * How many messages a client may send on one session or native connection, such as `'100/s'`;
   * more close it with 1008. @default 'off'
   */
  readonly messageRate?: string | number | undefined;
  /**
   * How many bytes its messages may have, such as `'1MiB/s'`; more close it with 1008. One message
   * may be longer than that. @default 'off'
   */
  readonly byteRate?: string | number | undefined;
  /**
   * Bytes held on behalf of all clients: messages that wait, request bodies, the store of the
   * embedded broker. Above three quarters, new sessions and connections are answered 503.
   * @default half of V8's heap limit
   */
  readonly memory?: number | string | undefined;
  /**
   * Bytes held on behalf of the clients of one address. Above three quarters, new sessions and
   * connections from there are answered 429.
   * @default a quarter of `memory`
   */
  readonly memoryPerAddress?: number | string | undefined;
  /**
   * Age at which a fallback session is closed with 1001, even if it is in use. `'off'`: never.
   * @default 'off'
   */
  readonly maxSessionAge?: number | string | undefined;
  /**
   * Name of a cookie that a fallback session is bound to: every request of the session must have
   * the value of its first one, or is answered 404.
   * @default none
   */
  readonly bindSession?: string | undefined;
  /**
   * Worker processes that serve together. A supervisor replaces them at a reload. `'auto'` is one
   * for each processor. Only for the program `fallback-gateway`. @default none, one process alone
   */
  readonly workers?: number | string | undefined;
  /** How long a worker may be unresponsive before it is killed. `'off'`: never. @default '30s' */
  readonly workerTimeout?: number | string | undefined;
  /** File that has the id of the process to send signals to, while it listens. @default none */
  readonly pidFile?: string | undefined;
  /** How long a process that a reload replaced may keep its sessions. @default '12h' */
  readonly linger?: number | string | undefined;
  /** Generations of workers that may exist at a time after reloads. @default 4 */
  readonly maxGenerations?: number | string | undefined;
  /**
   * Prefix of this process's name in tokens and URLs, so that a balancer can send a session's
   * requests to it: 1 to 25 letters, digits, `-` and `_`. Each process adds a dash and six random
   * characters.
   * @default a random name
   */
  readonly node?: string | undefined;
  /**
   * NATS servers that join the gateways of several machines into one: any of them answers a request
   * of any session. `nats://host:4222`, `tls://…`, several separated by commas, or settings.
   * @default none
   */
  readonly cluster?: string | readonly string[] | ClusterSettings | undefined;
  /** The same as `credentials` of `cluster`. */
  readonly clusterCredentials?: string | undefined;
  /** The same as `ca` of `cluster`. */
  readonly clusterCa?: string | undefined;
  /**
   * File for the access log, with a line in the combined format for each request. SIGUSR1 reopens
   * it. Only for a gateway that listens itself. @default none
   */
  readonly accessLog?: string | undefined;
  /** Which lines are written. Each level includes the levels before it. @default 'info' */
  readonly logLevel?: LogLevel | undefined;
  /** `auto`: text on a terminal, JSON elsewhere. @default 'auto' */
  readonly logFormat?: LogFormat | undefined;
}

/**
 * How SockJS is served (gateway/SOCKJS.md). Its heartbeats come at the interval `heartbeat`, as on
 * other fallbacks.
 */
export interface SockJsSettings {
  /**
   * What a binary message from the backend does: it is sent as base64, or closes the connection
   * with 1003.
   * @default 'close'
   */
  readonly binary?: 'base64' | 'close' | undefined;
  /** How long a session lives without a downstream. @default '5s' */
  readonly sessionTimeout?: number | string | undefined;
  /**
   * Size after which a streamed response ends and the client sends the next request.
   * @default '128KiB'
   */
  readonly responseLimit?: number | string | undefined;
  /** Offer WebSockets to clients. @default true */
  readonly websocket?: boolean | undefined;
  /** Set `JSESSIONID`, by which balancers keep a client on one server. @default false */
  readonly cookie?: boolean | undefined;
  /**
   * URL of the sockjs-client that the iframe page loads. Its version must be that of the pages.
   * @default the gateway's own copy
   */
  readonly library?: string | undefined;
}

/** The embedded STOMP broker. It keeps everything in memory and loses it with its process. */
export interface StompSettings {
  /** Passcodes by login, optionally with rights. @default every client may connect */
  readonly users?: Readonly<Record<string, string | StompUserSettings>> | undefined;
  /**
   * Destinations that every client may subscribe to, also on the TCP port. `*` is one word, `#` or
   * `>` at the end the rest. @default all
   */
  readonly subscribe?: string | readonly string[] | undefined;
  /** Destinations that every client may send to, as patterns of the same form. @default all */
  readonly send?: string | readonly string[] | undefined;
  /**
   * How often a message that was not acknowledged is delivered again before it is dropped with a
   * log line.
   * @default 5
   */
  readonly redeliveries?: number | string | undefined;
  /** Queues that have messages or consumers. @default 1000 */
  readonly maxQueues?: number | string | undefined;
  /** Messages waiting in one queue. @default 10000 */
  readonly maxQueued?: number | string | undefined;
  /** Size of the messages in all queues. @default '64MiB' */
  readonly maxStored?: number | string | undefined;
  /** Subscriptions of one connection. @default 256 */
  readonly maxSubscriptions?: number | string | undefined;
}

/** One login of the embedded broker. Its rights are within those of all clients. */
export interface StompUserSettings {
  readonly passcode: string;
  /** Destinations that it may subscribe to. @default all */
  readonly subscribe?: string | readonly string[] | undefined;
  /** Destinations that it may send to. @default all */
  readonly send?: string | readonly string[] | undefined;
}

/** TLS, with settings for old clients. */
export interface TlsSettings {
  /** PEM file of the certificate chain. */
  readonly cert?: string | undefined;
  /** PEM file of the private key. */
  readonly key?: string | undefined;
  /**
   * The oldest version. OpenSSL 3 needs `@SECLEVEL=0` in `ciphers` for those before TLSv1.2.
   * @default Node's
   */
  readonly minVersion?: TlsVersion | undefined;
  /** OpenSSL cipher list. @default Node's */
  readonly ciphers?: string | undefined;
}
