/** What a request says before its body. The engine below is Node's today; nothing above may depend on that. */
export interface RequestHead {
  readonly method: string;
  /** Path of the request target as it was sent, without the query. */
  readonly path: string;
  /** What stands behind the `?` of the request target, or the empty string. */
  readonly query: string;
  /** Value of a request header, by its lower-case name; of a repeated one all values, joined by commas. */
  header(name: string): string | undefined;
  /** All request headers, lower-case, as a handshake passes them on. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  /** The client's address, as trusted proxies tell it. */
  readonly remoteAddress: string;
  /** `X-Forwarded-For` as it goes on: what trusted proxies said, and behind it the address of the connection itself. */
  readonly forwardedFor: string;
  /** The client's scheme is https, as trusted proxies tell it. */
  readonly secure: boolean;
  /** The client's `Host`, as trusted proxies tell it, in lower case: name and port. Empty if there is none. */
  readonly host: string;
}
