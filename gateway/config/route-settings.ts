/** Settings of one route. */
export interface RouteSettings {
  /**
   * Begins with `/`. Everything below it belongs to the route, unless a longer path of another
   * route matches. `/shim` and `/healthz` are the gateway's own.
   */
  readonly path: string;
  /**
   * `ws://…`, `wss://…`, `stomp://…`, `stomps://…`, `stomp:` or `echo:`. A path replaces the
   * route's, as in nginx's `proxy_pass`. Several brokers are separated by commas. Each is tried if
   * those before it did not accept.
   */
  readonly backend: string;
  /** `Host` sent to a ws or wss backend. @default the client's */
  readonly host?: string | undefined;
  /**
   * How STOMP is relayed to a `stomp` backend. On a `ws` backend it says that the server speaks
   * STOMP: clients then get one whole frame in each message.
   */
  readonly stomp?: StompRouteSettings | undefined;
  /** PEM file of the CA certificates for a wss or stomps backend. @default the system's */
  readonly ca?: string | undefined;
  /**
   * PEM file of the client certificate for a wss or stomps backend. Needs `key`.
   * @default none
   */
  readonly cert?: string | undefined;
  /** PEM file of its private key. */
  readonly key?: string | undefined;
  /**
   * An HTTP server that decides about each client before the gateway connects to the backend, as a
   * URL or settings. 2xx admits the client, 401 and 403 refuse it. @default none
   */
  readonly auth?: string | AuthSettings | undefined;
  /** Header fields set on every handshake with a ws or wss backend. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Interval between pings to a ws or wss backend; many servers do not expect any.
   * @default 'off'
   */
  readonly ping?: number | string | undefined;
  /**
   * Silence after which a native client of this route is pinged. @default the gateway's
   * `clientPing`
   */
  readonly clientPing?: number | string | undefined;
  /** Size of a message of this route in either direction. @default the gateway's `maxMessage` */
  readonly maxMessage?: number | string | undefined;
  /** Fallback sessions of this route. @default the gateway's `maxSessions` */
  readonly maxSessions?: number | string | undefined;
}

/**
 * STOMP between the clients of a route and its broker. Routes to the embedded broker have
 * `subscribe` and `send` only.
 */
export interface StompRouteSettings {
  /** `host` of CONNECT. @default the client's */
  readonly virtualHost?: string | undefined;
  /** Sent in place of the client's. @default the client's */
  readonly login?: string | undefined;
  /** Sent in place of the client's. @default the client's */
  readonly passcode?: string | undefined;
  /**
   * Destinations that may be subscribed to. `*` is one word, `#` or `>` at the end the rest.
   * @default all
   */
  readonly subscribe?: string | readonly string[] | undefined;
  /** Destinations that may be sent to, as patterns of the same form. @default all */
  readonly send?: string | readonly string[] | undefined;
  /**
   * Interval between heart-beats of gateway and broker while a client is on a fallback.
   * @default '10s'
   */
  readonly heartbeat?: number | string | undefined;
  /**
   * Time in which each broker must accept, and then answer CONNECT.
   * @default the gateway's `connectTimeout`
   */
  readonly connectTimeout?: number | string | undefined;
  /**
   * Bytes of a message to a ws or wss backend: a longer frame is sent in several messages. The
   * option `maxWebSocketChunkSize` of the library `@stomp/stompjs` does the same.
   * @default one message is one frame
   */
  readonly chunkSize?: number | string | undefined;
}

/** How an auth server is queried about the clients of a route. */
export interface AuthSettings {
  /** `http://HOST[:PORT][/PATH]` or `https://…`. It gets a GET with the client's header fields. */
  readonly url: string;
  /**
   * Names of fields of its answer that are set on the handshake with the backend. Fields of these
   * names from the client are removed. @default none
   */
  readonly headers?: string | readonly string[] | undefined;
  /**
   * Interval at which it is queried again about an open connection. 401 and 403 close the
   * connection with 1008.
   * @default '5m'
   */
  readonly every?: number | string | undefined;
  /** How long it may take to answer. After that the client gets 503. @default '5s' */
  readonly timeout?: number | string | undefined;
  /** PEM file of the CA certificates for an https auth server. @default the system's */
  readonly ca?: string | undefined;
}
