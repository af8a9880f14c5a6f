/** What a page may configure. */
export interface Options {
  /**
   * Hosts (`host`, `host:port` or URLs) whose addresses the shim takes over; all others go to the
   * browser's own WebSocket. A string is a list separated by commas or spaces. Adds to those known.
   * @default the page's own host
   */
  gateways?: string | string[];
  /**
   * Addresses to rewrite before connecting, by prefix: an object of prefix to replacement, or a
   * string `prefix -> replacement`, several separated by semicolons. A relative replacement is
   * relative to the script, or to the page where the script is not known. `url` of the socket stays
   * as written.
   */
  map?: string | Record<string, string>;
  /** Transports that may be used, in order. A string is a list separated by commas or spaces. */
  transports?: string | Transport[];
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

/** One step that the shim took on the way to a connection. */
export interface Step {
  /** Milliseconds since the socket was made. */
  time: number;
  /** Name of the transport, or empty. */
  transport: string;
  /** What happened, in a few words. */
  what: string;
}

/** A WebSocket of the shim: the standard's interface and two attributes. */
export interface ShimWebSocket extends WebSocket {
  /** Name of the transport in use, empty before there is one. */
  readonly transport: string;
  readonly diagnostics: Step[];
}

/** Binary data in engines without ArrayBuffer (IE6 to IE9). */
export declare class Bytes {
  constructor(bytes: number[]);
  /** Values 0 to 255. */
  readonly bytes: number[];
  readonly length: number;
  /** One character (U+0000 to U+00FF) for each byte. */
  toBinaryString(): string;
}

/**
 * The constructor that stands in for `WebSocket`: for the hosts of gateways its own, for all others
 * the browser's.
 */
export declare const WebSocketShim: {
  new (url: string | URL, protocols?: string | string[]): ShimWebSocket;
  readonly prototype: ShimWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  /** The browser's own constructor, undefined where there is none. */
  readonly NativeWebSocket: typeof WebSocket | undefined;
  readonly Bytes: typeof Bytes;
  readonly version: string;
  configure(options: Options): void;
  /**
   * Repairs a STOMP library of the family of stompjs 2.3 in this engine, and returns the names of
   * the defects that it had; what passes its test is left as it is. Called by the shim for the
   * page's own `Stomp`: at install, before each socket, and when the page has loaded. A bundled
   * library, or one that is to run over SockJS, is handed over before its `connect`.
   * @default the page's own `Stomp`
   */
  installStompFix(Stomp?: unknown): string[];
};

export declare function configure(options: Options): void;

/** Replaces `window.WebSocket` by the shim, and sets `window.WebSocketShim`. */
export declare function install(options?: Options): void;
