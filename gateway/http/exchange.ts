import type { BodyGate } from './body-gate.ts';
import type { RequestHead } from './request-head.ts';

export type { RequestHead };

/** Header names in lower case and their values; of a list each value is a field of its own. */
export type Headers = Readonly<Record<string, string | string[]>>;

/** Takes a request body, or the error to answer in its place. */
export type BodyReceiver = (body: Buffer | Error) => void;

/** One HTTP request and the way to answer it: all that transports know of HTTP. */
export interface Exchange extends RequestHead {
  /**
   * Collects the request body and calls `done` once: with the body, or with the error to answer
   * (413 `GW_BODY` as soon as the body is longer than `limit`, or what `gate` refuses it with).
   * `done` is never called when the client goes away before that. A body that has arrived
   * whole by the time it is asked for is not shown to the gate.
   */
  readBody(limit: number, done: BodyReceiver, gate?: BodyGate): void;
  /**
   * Answers at once, unless an answer was begun or the client is gone. `headers` are added to what the engine sets itself; Content-Length is
   * set from `body`.
   */
  reply(status: number, headers: Headers, body: string | Buffer): void;
  /** Begins an answer without end; headers go out at once. */
  stream(status: number, headers: Headers): ResponseStream;
  /** Calls `listener` once when the client went away before the answer was complete. */
  onGone(listener: () => void): void;
}

/** An answer that is being written. */
export interface ResponseStream {
  /** Writes; false asks the caller to wait for `onDrain`. Ignored after the end. */
  write(chunk: string | Buffer): boolean;
  end(): void;
  /** Calls `listener` whenever the stream takes more, after `write` answered false. */
  onDrain(listener: () => void): void;
}
