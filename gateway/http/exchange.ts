import type { BodyGate } from './body-gate.ts';
import type { RequestHead } from './request-head.ts';

export type { RequestHead };

/** Header names in lower case and their values. Each value of a list becomes a field. */
export type Headers = Readonly<Record<string, string | string[]>>;

/** Receives a request body, or the error to answer instead. */
export type BodyReceiver = (body: Buffer | Error) => void;

/** One HTTP request and its answer. Transports know nothing else of HTTP. */
export interface Exchange extends RequestHead {
  /**
   * Collects the request body and calls `done` once: with the body, or with the error to answer
   * (413 `GW_BODY` as soon as the body is longer than `limit`, or what `gate` refuses it with).
   * `done` is not called if the client goes away before. The gate decides only about a body that
   * has not arrived completely when it is read.
   */
  readBody(limit: number, done: BodyReceiver, gate?: BodyGate): void;
  /**
   * Answers at once, unless an answer was begun or the client is gone. `headers` are added to those
   * that the server sets itself; Content-Length is set from `body`.
   */
  reply(status: number, headers: Headers, body: string | Buffer): void;
  /**
   * Begins an answer of unknown length. Its head leaves at once. `lastWords`: what the client gets
   * before the end if another node writes the answer and is lost. A node that writes to its own
   * client needs none.
   */
  stream(status: number, headers: Headers, lastWords?: string | Buffer): ResponseStream;
  /**
   * Nobody reads the request's own fields any more, and they may be empty from here on: an answer
   * may wait for long, and they would stay in memory with it. A stream does so by itself.
   */
  forgetRequest(): void;
  /** Calls `listener` once when the client goes away before the answer is complete. */
  onGone(listener: () => void): void;
}

/** An answer that is being written. */
export interface ResponseStream {
  /** Writes; false asks the caller to wait for `onDrain`. Ignored after the end. */
  write(chunk: string | Buffer): boolean;
  end(): void;
  /** Calls the listener whenever the stream takes more, after `write` returned false. */
  onDrain(listener: DrainListener): void;
}

/** An object and no function: a stream that waits for days has one thing less to hold. */
export interface DrainListener {
  drained(): void;
}
