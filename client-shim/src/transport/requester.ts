import type { Platform } from './platform.ts';

/** A pending request. */
export interface Request {
  /** Cancels the request. No callback follows. */
  _abort(): void;
}

export interface RequestOptions {
  readonly _crossOrigin: boolean;
  /** The `X-Fallback` header (PROTOCOL.md §3.1), for requesters that can send headers. */
  readonly _header?: string;
  /** Reads the response as bytes (see `readBytes`), for requesters that can. */
  readonly _asBytes?: boolean;
  /**
   * Waits for the response, for requesters that can: the page is being unloaded, and the browser
   * would cancel its requests.
   */
  readonly _sync?: boolean;
  /** No login dialogue yet (PROTOCOL.md §3.4), for requesters that ask the user. */
  readonly _quiet?: boolean;
}

/**
 * Posts a body. The body is text unless the engine is known to post bytes. `done` gets the status
 * and text when the response is complete or was cut; the two look the same here. Status 0 means
 * that no response came; the text is then the error that the engine threw, or empty. `progress`
 * gets the text so far, in engines that show it early. Neither is called before this function
 * returns, and it does not throw.
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
 * One way in which an engine can make a request. To add one, write its file and add it to
 * `requesters.ts`.
 */
export interface Requester {
  /** Whether this engine can make such requests to the gateway of this WebSocket URL. */
  _works(platform: Platform, crossOrigin: boolean, url: string): boolean;
  readonly _post: Post;
  /** Whether bodies and responses can be bytes, in some engines. */
  readonly _sendsBytes?: boolean;
  /** Whether the browser asks its user when the server wants a login. */
  readonly _asksUser?: boolean;
  /**
   * The largest body in bytes, where that is less than the gateway allows. `address` is that of the
   * `send` action.
   */
  readonly _maxBody?: ((platform: Platform, address: string) => number) | undefined;
}

/**
 * Posts a body, perhaps later. If no response comes within `timeout` milliseconds of the post, the
 * request is abandoned with status 0. `done` is not called after `_abort`.
 */
export type SendRequest = (
  requester: Requester,
  address: string,
  body: string | ArrayBuffer,
  options: RequestOptions,
  timeout: number,
  done: (status: number, text: string) => void
) => Request;
