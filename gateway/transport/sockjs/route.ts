import type { Access } from '../../access/admission.ts';
import type { Log } from '../../base/log.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { Claim } from '../../session/claim.ts';
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
  /** Its lines name the route. */
  readonly log: Log;
  readonly access: Access;
  /** Bytes that a body may have. */
  readonly maxMessage: number;
  /** Callback forms are allowed. */
  readonly jsonp: boolean;
  /**
   * Connects the backend and makes the session. Rejects with a `RefusedError` or `RequestError`.
   * `claim` hears when the session is forgotten.
   */
  openSockJs(exchange: Exchange, request: OpenRequest, claim: Claim): Promise<Session>;
}
