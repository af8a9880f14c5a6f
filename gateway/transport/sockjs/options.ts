/** SockJS below every route (gateway/SOCKJS.md). */
export interface SockJsOptions {
  /**
   * What a binary message from the backend does: it is sent as base64, or closes the connection
   * with 1003.
   */
  readonly binary: 'base64' | 'close';
  /** Milliseconds that a session lives without a downstream. */
  readonly sessionTimeout: number;
  /** Bytes after which a streamed response ends. */
  readonly responseLimit: number;
  /** Clients may use WebSockets. */
  readonly websocket: boolean;
  /** `JSESSIONID` is set. */
  readonly cookie: boolean;
  /** URL of the client's library in the iframe page; absent: the gateway's own copy. */
  readonly library: string | undefined;
}

/** Those of sockjs 0.3.24, where it has them. */
export const defaultSockJsOptions: SockJsOptions = {
  binary: 'close',
  sessionTimeout: 5_000,
  responseLimit: 128 * 1024,
  websocket: true,
  cookie: false,
  library: undefined,
};
