import type { Access } from '../access/admission.ts';
import type { Log } from '../base/log.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Claim } from '../session/claim.ts';
import type { Session } from '../session/session.ts';
import type { CreateRequest } from './create.ts';

/** A route as the fallback protocol sees it. */
export interface FallbackRoute {
  readonly path: string;
  /** Its lines name the route. */
  readonly log: Log;
  /** Names of the carriers it offers, separated by commas. */
  readonly carriers: string;
  readonly access: Access;
  /** Script tags and forms are answered. */
  readonly jsonp: boolean;
  /**
   * Connects the backend and makes the session. Rejects with a `RefusedError` or `RequestError`.
   * `claim` hears when the session is forgotten.
   */
  open(exchange: Exchange, request: CreateRequest, claim: Claim): Promise<Session>;
}
