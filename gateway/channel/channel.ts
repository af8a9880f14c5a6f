import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';

/**
 * One end of a WebSocket-like connection: a native socket, a fallback session, an upstream connection, a handler. Whoever holds
 * a channel cannot tell which.
 */
export interface Channel {
  /**
   * Sends a message towards the peer. The message is always taken; `false` asks the caller to wait for `drained` before
   * the next one. Ignored after `close`.
   */
  send(message: Message): boolean;
  /**
   * Ends the connection behind everything sent before: a Close with that code and reason, without body for 1005, and for 1006 an
   * end without Close. Calls after the first are ignored.
   */
  close(status: CloseStatus): void;
  /** Stops `message` calls soon: what is already in hand may still come. */
  pause(): void;
  resume(): void;
  /** Bytes sent and not yet handed on. */
  readonly bufferedAmount: number;
  /** Says who is told what happens. Called once, before anything can be told. */
  attach(receiver: Receiver): void;
}

/** Who is told what arrives on a channel. */
export interface Receiver {
  /** A message arrived. */
  message(message: Message): void;
  /** The channel takes more, after `send` answered false. */
  drained(): void;
  /** The peer's Close, or the end of the connection without one (1006). Told once; no message comes after it. */
  closed(status: CloseStatus): void;
}
