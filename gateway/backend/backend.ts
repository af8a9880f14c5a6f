import type { OpenAccount } from '../base/memory-budget.ts';
import type { Channel } from '../channel/channel.ts';

/** What a backend is told of the handshake, whether it came as an Upgrade or as a `create`. */
export interface Handshake {
  /** Path and query as the client asked for them. */
  readonly url: string;
  /** `url` with the route's prefix taken off: begins with `/` or `?` or is empty. */
  readonly rest: string;
  /** Request headers in lower case; on a fallback `origin` is the page's. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  /** Subprotocols the page asked for, in its order. */
  readonly protocols: readonly string[];
  /** What the client came over: a WebSocket of its own, or a session that outlives its requests. */
  readonly carrier: 'native' | 'fallback';
  /** The client's address, as trusted proxies tell it. */
  readonly remoteAddress: string;
  /**
   * `X-Forwarded-For` as it goes on: what trusted proxies said, and behind it the address of the connection itself. Only the
   * HTTP room knows who is trusted, so it is made there.
   */
  readonly forwardedFor: string;
  /** The client's connection is https or wss, as trusted proxies tell it. */
  readonly secure: boolean;
  /** The client's `Host`, as trusted proxies tell it. */
  readonly host: string;
  /** The page may be anybody's: what the user's browser adds has been taken out, and no cookie comes back. */
  readonly anonymous?: boolean;
  /** Where a backend reports what it holds for the client. Absent: nobody counts. */
  readonly openAccount?: OpenAccount;
}

/** A backend accepted: the open connection to it. Messages are held until someone attaches to the channel. */
export interface Accepted {
  readonly channel: Channel;
  /** The subprotocol it selected, or the empty string. */
  readonly protocol: string;
  /** `Set-Cookie` fields of its answer, for the browser. */
  readonly cookies?: readonly string[];
  /** Absent if it has in truth accepted; else fulfilled once it has, or has refused. */
  readonly answered?: Promise<void>;
}

/** What a route leads to. */
export interface Backend {
  /** For log lines and the start-up list; no credentials in it. */
  readonly name: string;
  /** Opens a connection for one client. Rejects with a `RefusedError`. `signal` gives the attempt up. */
  connect(handshake: Handshake, signal: AbortSignal): Promise<Accepted>;
}
