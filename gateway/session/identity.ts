import type { Approach } from './approach.ts';
import type { Claim } from './claim.ts';

/** Who a session belongs to. */
export interface SessionIdentity {
  /** The key to the session, known to its client alone. */
  readonly token: string;
  /** Names the session in the log. */
  readonly id: string;
  /** Address of the client that opened it. It is counted and logged, never checked again. */
  readonly address: string;
  /** The user that a trusted proxy or the auth server named. */
  readonly user?: string | undefined;
  /** Path of the route it was opened on. */
  readonly route: string;
  /** The page's origin. */
  readonly origin: string;
  /** The subprotocol that the backend selected. */
  readonly protocol: string;
  /** How its client came here; absent: it is no client of the fallback protocol. */
  readonly approach?: Approach | undefined;
  readonly claim: Claim;
  /** `Set-Cookie` fields of the backend's answer. */
  readonly cookies: readonly string[];
}
