import type { OpenAccount } from '../base/memory-budget.ts';
import type { Channel } from '../channel/channel.ts';

/** The client's handshake as a backend gets it, whether it came as an Upgrade or as a `create`. */
export interface Handshake {
  /** Path and query of the client's request. */
  readonly url: string;
  /** `url` without the route's prefix: begins with `/`, `;` or `?`, or is empty. */
  readonly rest: string;
  /** Request headers in lower case; on a fallback `origin` is the page's. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  /** Subprotocols that the page offers, in its order. */
  readonly protocols: readonly string[];
  /** A WebSocket of the client's own, or a session that outlives its requests. */
  readonly carrier: 'native' | 'fallback';
  /** The client's address, as trusted proxies tell it. */
  readonly remoteAddress: string;
  /**
   * `X-Forwarded-For` for the backend: what trusted proxies wrote, and behind it the address of the
   * connection itself. The HTTP room makes it, as only that room knows who is trusted.
   */
  readonly forwardedFor: string;
  /** The client's connection is https or wss, as trusted proxies tell it. */
  readonly secure: boolean;
  /** The client's `Host`, as trusted proxies tell it. */
  readonly host: string;
  /**
   * The page may be anybody's: cookies and credentials of the user's browser have been removed, and
   * no cookie is sent back.
   */
  readonly anonymous?: boolean;
  /**
   * Names, in lower case and with hyphens, of fields among `rawHeaders` that the gateway itself
   * wrote, such as the user whom a trusted proxy named. They go to every backend as they are.
   */
  readonly vouched?: ReadonlySet<string>;
  /** The user that a trusted proxy, or the route's auth server, has named. For the log. */
  readonly user?: string | undefined;
  /** Where a backend reports what it holds for the client. Absent: nobody counts. */
  readonly openAccount?: OpenAccount;
}

/** An open connection to a backend. Messages wait until someone attaches to the channel. */
export interface Accepted {
  readonly channel: Channel;
  /** The subprotocol it selected, or the empty string. */
  readonly protocol: string;
  /** `Set-Cookie` fields of its answer, for the browser. */
  readonly cookies?: readonly string[];
  /** Only where `acceptEarly` answered for the backend: fulfilled once the backend has answered. */
  readonly answered?: Promise<void>;
}

/** What a route leads to. */
export interface Backend {
  /** For log lines and the list printed at the start. It holds no credentials. */
  readonly name: string;
  /**
   * Opens a connection for one client. Rejects with a `RefusedError`. `signal` ends the attempt.
   */
  connect(handshake: Handshake, signal: AbortSignal): Promise<Accepted>;
}
