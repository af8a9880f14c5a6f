/** What a page may configure. */
export interface Options {
  /**
   * Hosts (`host`, `host:port` or URLs) that the shim connects to. All other addresses go to the
   * browser's own WebSocket. A string is a list separated by commas or spaces. Adds to the known
   * hosts.
   * @default the page's own host
   */
  gateways?: string | string[];
  /**
   * Addresses to rewrite by prefix before connecting: an object of prefix to replacement, or a
   * string `prefix -> replacement`, several separated by semicolons. A relative replacement is
   * relative to the script, or to the page if the address of the script is unknown. The socket's
   * `url` stays as the page wrote it.
   */
  map?: string | Record<string, string>;
  /** Transports that may be used, in order. A string is a list separated by commas or spaces. */
  transports?: string | Transport[];
  /**
   * False: sockets that are made from then on do not rest. Otherwise a hidden page on a fallback
   * lets its connection go after 5 s and asks for its messages every 5 to 13 s, because browsers
   * open six connections to a host for all tabs together. It is back at once when it is shown or
   * sends.
   * @default true
   */
  rest?: boolean;
}

export type Transport =
  | 'websocket'
  | 'websocket-session'
  | 'xhr-streaming'
  | 'eventsource'
  | 'iframe-htmlfile'
  | 'htmlfile'
  | 'xdr-streaming'
  | 'xdr-polling'
  | 'xhr-polling'
  | 'jsonp-polling'
  | 'flash-socket';

/** One step of the shim on the way to a connection. */
export interface Step {
  /** Milliseconds since the socket was created. */
  time: number;
  /** The name of the transport, or an empty string. */
  transport: string;
  /** What happened, in a few words. */
  what: string;
}

/** A WebSocket of the shim: the standard's interface and two more attributes. */
export interface ShimWebSocket extends WebSocket {
  /** The name of the transport in use. Empty before there is one. */
  readonly transport: string;
  readonly diagnostics: Step[];
}

/** Binary data in engines without ArrayBuffer (IE 6 to 9). */
export declare class Bytes {
  constructor(bytes: number[]);
  /** Values 0 to 255. */
  readonly bytes: number[];
  readonly length: number;
  /** One character (U+0000 to U+00FF) per byte. */
  toBinaryString(): string;
}

/**
 * The constructor that replaces `WebSocket`. It creates the shim's sockets for the hosts of
 * gateways, and the browser's own for all others.
 */
export declare const WebSocketShim: {
  new (url: string | URL, protocols?: string | string[]): ShimWebSocket;
  readonly prototype: ShimWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  /** The browser's own constructor, or undefined. */
  readonly NativeWebSocket: typeof WebSocket | undefined;
  readonly Bytes: typeof Bytes;
  readonly version: string;
  configure(options: Options): void;
  /**
   * Tests a STOMP library of the family of stompjs 2.3 in this engine, repairs what fails its test,
   * and returns the names of the defects. The shim calls it for the page's own `Stomp`: at install,
   * before it creates a socket, and when the page has loaded. Pass a bundled library, or one that
   * is to run over SockJS, before its `connect`.
   * @default the page's own `Stomp`
   */
  installStompFix(Stomp?: unknown): string[];
};

export declare function configure(options: Options): void;

/** Replaces `window.WebSocket` with the shim, and sets `window.WebSocketShim`. */
export declare function install(options?: Options): void;
