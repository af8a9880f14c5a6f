import type { RawHeaders } from '../base/raw-headers.ts';

/** What a request says before its body, whichever server reads it. */
export interface RequestHead {
  readonly method: string;
  /** Path of the request target as it was sent, without the query. */
  readonly path: string;
  /** The query of the request target, without its `?`; empty if there is none. */
  readonly query: string;
  /**
   * Value of a request header, by its lower-case name. Values of a repeated one are joined by
   * commas.
   */
  header(name: string): string | undefined;
  /** All request headers by their lower-case names, as a handshake passes them on. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: RawHeaders;
  /** The client's address, according to trusted proxies. */
  readonly remoteAddress: string;
  /**
   * `X-Forwarded-For` for the next hop: what trusted proxies said, and the address of the
   * connection itself.
   */
  readonly forwardedFor: string;
  /** Whether the client uses https, according to trusted proxies. */
  readonly secure: boolean;
  /**
   * The client's `Host`, according to trusted proxies, in lower case: name and port. Empty if there
   * is none.
   */
  readonly host: string;
  /**
   * An object that all requests have in common whose heads differ at most in `Content-Length`, from
   * peers that are believed alike. Who finds out something by the head alone may keep it by this.
   * @default undefined: heads like this one are not recognised
   */
  readonly sameHead?: object | undefined;
}
