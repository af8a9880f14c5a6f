import { CloseCode, type CloseStatus } from './close.ts';

export interface CloseEntry extends CloseStatus {
  /** A new connection may succeed where this one ended. */
  readonly retry: boolean;
}

/** Every status with which the gateway itself ends a connection. docs/errors.md lists the same. */
export const closeTable = {
  /** STOMP's DISCONNECT was done, or a session ended on the WebSocket that carried it. */
  normal: { code: CloseCode.normal, reason: '', retry: true },
  /** The gateway drains, or the other end has gone. */
  goingAway: { code: CloseCode.goingAway, reason: '', retry: true },
  tooOld: { code: CloseCode.goingAway, reason: 'session too old', retry: true },
  protocolError: { code: CloseCode.protocolError, reason: '', retry: false },
  /** Fragments of text and of binary in one message. */
  twoKinds: { code: CloseCode.protocolError, reason: 'a message of two kinds', retry: false },
  /** A client sent what is not SockJS; for the backend. */
  brokenFraming: { code: CloseCode.protocolError, reason: 'broken framing', retry: false },
  /** Behind an ERROR frame that was the client's fault. */
  stompError: { code: CloseCode.protocolError, reason: 'STOMP error', retry: false },
  /** A binary message for a client of SockJS. */
  noBinary: {
    code: CloseCode.unsupportedData,
    reason: 'binary messages cannot be carried',
    retry: false,
  },
  /** A binary message for a client of a hixie draft; for the backend. */
  textOnly: { code: CloseCode.unsupportedData, reason: 'the client takes text only', retry: false },
  /** The auth server of the route was queried again, and said no. */
  loginEnded: { code: CloseCode.policyViolation, reason: 'login ended', retry: true },
  /** The client is over `messageRate` or `byteRate`. */
  tooManyMessages: { code: CloseCode.policyViolation, reason: 'too many messages', retry: true },
  tooManyBytes: { code: CloseCode.policyViolation, reason: 'too many bytes', retry: true },
  /** A frame or message over the bound, where no message can say more. */
  tooBig: { code: CloseCode.tooBig, reason: '', retry: false },
  messageTooBig: { code: CloseCode.tooBig, reason: 'message too big', retry: false },
  tooManyFragments: { code: CloseCode.tooBig, reason: 'too many fragments', retry: false },
  brokerGone: { code: CloseCode.internalError, reason: 'broker gone', retry: true },
  /** Behind an ERROR frame that was the broker's fault. */
  brokerError: { code: CloseCode.internalError, reason: 'STOMP error', retry: true },
  /** The promise of a handler was rejected. */
  handlerFailed: { code: CloseCode.internalError, reason: 'handler failed', retry: true },
  /** A handler sent more than its client reads. */
  tooSlow: { code: CloseCode.tryAgainLater, reason: 'too slow', retry: true },
  /** The client of a session does not acknowledge. */
  tooMuchUnread: { code: CloseCode.tryAgainLater, reason: 'too much unread', retry: true },
  outOfMemory: { code: CloseCode.tryAgainLater, reason: 'out of memory', retry: true },
  /** A WebSocket that carries a session sent a unit that must wait; its session goes on. */
  tooManyDelayed: { code: CloseCode.tryAgainLater, reason: '', retry: true },
  /** SockJS 0.3.3, "Closing codes". */
  anotherConnection: { code: 2010, reason: 'Another connection still open', retry: false },
  /** As sockjs 0.3.24 answers a frame that is not JSON. */
  brokenSockJs: { code: 3000, reason: 'Broken framing.', retry: false },
} as const satisfies Readonly<Record<string, CloseEntry>>;

type CloseName = keyof typeof closeTable;

/** The statuses alone, as channels pass them on. */
export const CLOSES = Object.fromEntries(
  Object.entries(closeTable).map(([name, { code, reason }]) => [name, Object.freeze({ code, reason })]),
) as unknown as Readonly<Record<CloseName, CloseStatus>>;
