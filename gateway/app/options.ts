/** The application behind the gateway. It comes from the configuration, never from a client. */
export interface AppOptions {
  /** https: TLS with a verified certificate. */
  readonly secure: boolean;
  /** Name or address; an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `Host` sent to the application; absent: the client's. */
  readonly host: string | undefined;
  /** CA certificates that are trusted in place of the system's, in PEM form. */
  readonly ca: Buffer | undefined;
  /** Put the shim's tag into pages. */
  readonly inject: boolean;
  /** Paths at and below which no page gets the tag; without a trailing slash. */
  readonly exclude: readonly string[];
  /** What stands before `/shim/` and `/healthz`: empty, or a path without a trailing slash. */
  readonly prefix: string;
  /** Milliseconds until the application must begin its answer; 0 for any time. */
  readonly timeout: number;
  /** Every `Host` is accepted, as the application itself accepts it. */
  readonly anyHost: boolean;
}

/** How long an application may take to begin its answer. Long polls take minutes. */
export const DEFAULT_APP_TIMEOUT = '5m';
