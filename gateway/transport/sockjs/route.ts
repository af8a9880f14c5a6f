import type { Exchange, Headers } from '../../http/exchange.ts';
import type { Session } from '../../session/session.ts';

/** What a session is opened with. */
export interface OpenRequest {
  /** Path and query of the URL that was given to the client. */
  readonly url: string;
  /** The page's origin, as far as it is known. */
  readonly origin: string | undefined;
}

/** A route as SockJS sees it. */
export interface SockJsRoute {
  readonly path: string;
  /** Bytes that a body may have. */
  readonly maxMessage: number;
  /** Callback forms are allowed. */
  readonly jsonp: boolean;
  /** The page that a request comes from, if it may open a session. Throws a `RequestError` 403. */
  admitSockJs(exchange: Exchange, isCallback: boolean): string | undefined;
  /** Opens the backend and makes the session. Rejects with a `RefusedError` or `RequestError`; calls `ended` when the session is forgotten. */
  openSockJs(exchange: Exchange, request: OpenRequest, ended: () => void): Promise<Session>;
  /** Cross-origin header fields of the answer to a request; those of the gateway's own pages too with `ownToo`. */
  crossOrigin(exchange: Exchange, ownToo: boolean): Headers;
  /** Serialized origins whose pages may hold the iframe page beside the gateway's own. */
  readonly framers: readonly string[];
}
