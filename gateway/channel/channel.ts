import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';

/**
 * One end of a WebSocket-like connection: a native socket, a fallback session, an upstream
 * connection or a handler. The user of a channel cannot know which.
 */
export interface Channel {
  /**
   * Sends a message to the peer. The message is always taken; `false` asks the caller to wait for
   * `drained` before the next one. Ignored after `close`.
   */
  send(message: Message): boolean;
  /**
   * Ends the connection behind everything sent before: by a Close with that code and reason, by one
   * without a body for 1005, and without a Close for 1006. Calls after the first are ignored.
   */
  close(status: CloseStatus): void;
  /** Stops `message` calls soon: messages that have been read may still come. */
  pause(): void;
  resume(): void;
  /** Bytes sent that have not left yet. */
  readonly bufferedAmount: number;
  /** Sets the receiver. Called once; nothing is delivered before. */
  attach(receiver: Receiver): void;
}

/** Receives what arrives on a channel. */
export interface Receiver {
  /** A message arrived. */
  message(message: Message): void;
  /** The channel takes more, after `send` answered false. */
  drained(): void;
  /**
   * The peer's Close, or the end of the connection without one (1006). Called once, after the last
   * message.
   */
  closed(status: CloseStatus): void;
}
