/** Milliseconds that a client has. */
export interface HttpTimes {
  /** To send a request's header. */
  readonly headerTimeout: number;
  /** To send a whole request, its body included. */
  readonly requestTimeout: number;
  /** Until an idle connection is closed. */
  readonly keepAlive: number;
}

/** Bounds of requests. */
export interface HttpLimits extends HttpTimes {
  /** Bytes of a request's header, with the request line. */
  readonly maxHeaderSize: number;
}

/** Node's own default. */
export const DEFAULT_HEADER_SIZE = 16_384;

export const defaultHttpTimes: HttpTimes = {
  headerTimeout: 10_000,
  requestTimeout: 120_000,
  // Longer than the proxies in front keep theirs.
  keepAlive: 75_000,
};

/** The certificate, and what old clients need. */
export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The oldest version; absent: Node's default. */
  readonly minVersion: TlsVersion | undefined;
  /** OpenSSL cipher list; absent: Node's default. */
  readonly ciphers: string | undefined;
}

/** Names as `node:tls` has them. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
