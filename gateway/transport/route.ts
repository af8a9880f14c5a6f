import type { Exchange, Headers } from '../http/exchange.ts';
import type { Session } from '../session/session.ts';
import type { CreateRequest } from './create.ts';

/** A route as the fallback protocol sees it. */
export interface FallbackRoute {
  readonly path: string;
  /** Names of the carriers it offers, separated by commas. */
  readonly carriers: string;
  /** Script tags and forms are answered. */
  readonly jsonp: boolean;
  /** Throws a `RequestError` 403 unless this request may create a session for a page of that origin (PROTOCOL.md §3.1). */
  admit(exchange: Exchange, origin: string): void;
  /** Opens the backend and makes the session. Rejects with a `RefusedError` or `RequestError`; calls `ended` when the session is forgotten. */
  open(exchange: Exchange, request: CreateRequest, ended: () => void): Promise<Session>;
  /** Cross-origin header fields of the answer to a request; `ownToo`: also for the gateway's own pages. */
  crossOrigin(exchange: Exchange, ownToo: boolean): Headers;
  /** Answers a preflight. */
  preflight(exchange: Exchange): void;
}
