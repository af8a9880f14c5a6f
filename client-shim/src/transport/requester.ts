import type { Platform } from './platform.ts';

/** A request under way. */
export interface Request {
  /** Cancels it; no callback follows. */
  _abort(): void;
}

export interface RequestOptions {
  readonly _crossOrigin: boolean;
  /** `X-Fallback` (PROTOCOL.md §3.1), in the way that has headers. */
  readonly _header?: string;
  /** Read the answer as bytes, in the way that can; see `readBytes`. */
  readonly _asBytes?: boolean;
  /**
   * Wait for the answer, in the way that can: the page is about to go, and its requests with it.
   */
  readonly _sync?: boolean;
}

/**
 * Posts a body, which is text but where bytes were found to be possible. `done` gets the status and
 * text when the answer is complete or was cut; the two look the same here. Status 0 is no answer at
 * all. `progress` gets the text so far, where the engine shows it early. Neither is called before
 * this returns, and it does not throw.
 */
export type Post = (
  platform: Platform,
  address: string,
  body: string | ArrayBuffer,
  options: RequestOptions,
  done?: (status: number, text: string) => void,
  progress?: (text: string) => void
) => Request;

/**
 * One way in which an engine can ask for something. To add one is to write its file and its line in
 * `ways.ts`.
 */
export interface Requester {
  /** Whether this engine can ask the gateway of this WebSocket URL so. */
  _works(platform: Platform, crossOrigin: boolean, url: string): boolean;
  readonly _post: Post;
  /** Has bytes, in bodies and answers, in some engines. */
  readonly _sendsBytes?: boolean;
  /**
   * Bytes that a body may have where that is less than the gateway allows; `address` is that of
   * `send`.
   */
  readonly _maxBody?: ((platform: Platform, address: string) => number) | undefined;
}

/**
 * Posts a body, perhaps later, and gives the request up as one without an answer (status 0) when
 * none came within `timeout` milliseconds from then. `done` is not called after `abort`.
 */
export type SendRequest = (
  requester: Requester,
  address: string,
  body: string | ArrayBuffer,
  options: RequestOptions,
  timeout: number,
  done: (status: number, text: string) => void
) => Request;
