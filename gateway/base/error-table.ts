/**
 * Who can do something about it. `client`: the request was wrong. `operator`: an option, a file or
 * a path is wrong. `backend`: the server behind the route. `gateway`: a bound of the gateway, its
 * shutdown, or a fault in it.
 */
export type Fault = 'client' | 'operator' | 'backend' | 'gateway';

export interface ErrorEntry {
  /** HTTP status of the answer; absent for errors that no request is answered with. */
  readonly status?: number;
  readonly fault: Fault;
  /** One short line for people. An error that knows more says that instead. */
  readonly text: string;
  /** The same request may succeed later. */
  readonly retry?: true;
  /** The option that the operator may change if the refusal was a mistake. */
  readonly option?: `--${string}`;
}

/** Every error that the gateway makes, by its code. docs/errors.md lists the same codes. */
export const errorTable = {
  // The operator's.
  GW_CONFIG: { fault: 'operator', text: 'an option is wrong' },
  GW_ROUTE: { fault: 'operator', text: 'the path is taken' },

  // What is not there, or not in this form.
  GW_NO_ROUTE: { status: 404, fault: 'client', text: 'no such route' },
  GW_NO_PAGE: { status: 404, fault: 'client', text: 'not found' },
  GW_ACTION: { status: 404, fault: 'client', text: 'no such action' },
  GW_METHOD: { status: 405, fault: 'client', text: 'wrong method' },
  GW_UPGRADE: { status: 426, fault: 'client', text: 'this is a WebSocket address' },
  GW_MALFORMED: { status: 400, fault: 'client', text: 'malformed request' },
  GW_CODING: { status: 501, fault: 'client', text: 'no transfer coding but chunked' },
  GW_BAD_HANDSHAKE: { status: 400, fault: 'client', text: 'bad handshake' },
  GW_FRAME_LENGTH: { fault: 'backend', text: 'the length of a frame is not minimal' },
  GW_BAD_VERSION: { status: 426, fault: 'client', text: 'unknown version of WebSocket' },

  // Who may not come in.
  GW_HOST: {
    status: 421,
    fault: 'client',
    text: 'this Host name is not accepted; the option --host adds one',
    option: '--host',
  },
  GW_ORIGIN: {
    status: 403,
    fault: 'client',
    text: 'this origin is not allowed; the option --origin adds one',
    option: '--origin',
  },
  GW_JSONP: {
    status: 403,
    fault: 'client',
    text: 'JSONP is not allowed here; the option --jsonp allows it',
    option: '--jsonp',
  },
  GW_AUTH: { fault: 'client', text: 'the auth server refused' },
  GW_AUTH_FAILED: { status: 502, fault: 'backend', text: 'the auth server failed', retry: true },
  GW_AUTH_TIMEOUT: { status: 503, fault: 'backend', text: 'the auth server does not answer', retry: true },
  GW_CALLBACK: { status: 400, fault: 'client', text: 'bad callback' },

  GW_TLS: { fault: 'client', text: 'the TLS handshake failed' },

  // The fallback protocol, and SockJS.
  GW_CREATE: { status: 400, fault: 'client', text: 'malformed create' },
  GW_NONCE: { status: 409, fault: 'client', text: 'this nonce was used already' },
  GW_TOKEN: { status: 400, fault: 'client', text: 'no token' },
  GW_SESSION: { status: 404, fault: 'client', text: 'no such session' },
  GW_SOCKJS: { status: 404, fault: 'client', text: 'not found' },

  // STOMP. The client gets an ERROR frame; these have no HTTP status.
  GW_STOMP_FRAME: { fault: 'client', text: 'malformed STOMP frame' },
  GW_STOMP_COMMAND: { fault: 'client', text: 'the STOMP frame cannot be obeyed' },
  GW_STOMP_LOGIN: { fault: 'client', text: 'bad login' },
  GW_STOMP_DESTINATION: { fault: 'client', text: 'the destination is not allowed' },
  GW_STOMP_LIMIT: { fault: 'client', text: 'a bound of the STOMP broker is reached' },
  GW_STOMP_TIMEOUT: { fault: 'client', text: 'no CONNECT or heart-beat in time' },
  GW_STOMP_BROKER: { fault: 'backend', text: 'the STOMP broker does not answer', retry: true },

  // Bounds.
  GW_BODY: { status: 413, fault: 'client', text: 'body too long', option: '--max-body' },
  GW_HEADER: { status: 431, fault: 'client', text: 'header too long', option: '--max-header-size' },
  GW_TIMEOUT: {
    status: 408,
    fault: 'client',
    text: 'the request took too long',
    retry: true,
    option: '--request-timeout',
  },
  GW_FRAMES: { status: 413, fault: 'client', text: 'too many frames' },
  GW_DELAYED: {
    status: 429,
    fault: 'client',
    text: 'too many delayed requests',
    retry: true,
    option: '--max-delayed',
  },
  GW_SESSIONS: {
    status: 503,
    fault: 'gateway',
    text: 'too many sessions',
    retry: true,
    option: '--max-sessions',
  },
  GW_ROUTE_SESSIONS: {
    status: 503,
    fault: 'gateway',
    text: 'too many sessions on this route',
    retry: true,
    option: '--max-sessions',
  },
  GW_SESSIONS_PER_ADDRESS: {
    status: 429,
    fault: 'client',
    text: 'too many sessions from this address',
    retry: true,
    option: '--max-sessions-per-address',
  },
  GW_CONNECTIONS: {
    status: 503,
    fault: 'gateway',
    text: 'too many connections',
    retry: true,
    option: '--max-connections',
  },
  GW_CONNECTIONS_PER_ADDRESS: {
    status: 429,
    fault: 'client',
    text: 'too many connections from this address',
    retry: true,
    option: '--max-connections-per-address',
  },
  GW_CREATE_RATE: {
    status: 429,
    fault: 'client',
    text: 'too many new connections from this address',
    retry: true,
    option: '--create-rate',
  },
  GW_MEMORY: {
    status: 503,
    fault: 'gateway',
    text: 'out of memory for clients',
    retry: true,
    option: '--memory',
  },
  GW_MEMORY_PER_ADDRESS: {
    status: 429,
    fault: 'client',
    text: 'too much held for this address',
    retry: true,
    option: '--memory-per-address',
  },

  // The backend's, and the gateway's own.
  GW_REFUSED: { status: 502, fault: 'backend', text: 'connection failed', retry: true },
  GW_APP: { status: 502, fault: 'backend', text: 'the application does not answer', retry: true },
  GW_APP_TIMEOUT: {
    status: 504,
    fault: 'backend',
    text: 'the application does not answer in time',
    retry: true,
  },
  GW_APP_LOOP: { status: 508, fault: 'operator', text: 'the application is this gateway itself' },
  GW_DRAINING: { status: 503, fault: 'gateway', text: 'shutting down', retry: true },
  GW_NODE: { status: 503, fault: 'gateway', text: 'this session cannot be reached now', retry: true },
  GW_NODE_CREATE: { status: 504, fault: 'gateway', text: 'no answer in time', retry: true },
  GW_INTERNAL: { status: 500, fault: 'gateway', text: 'internal error' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof errorTable;

/** Codes of errors that are the answer to a request. */
export type RequestErrorCode = {
  [Code in ErrorCode]: (typeof errorTable)[Code] extends { status: number } ? Code : never;
}[ErrorCode];
