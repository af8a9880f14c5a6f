/** An application behind the gateway. */
export interface AppSettings {
  /** `http://HOST[:PORT]` or `https://…`, without a path. */
  readonly url: string;
  /** `Host` that the application gets. @default the client's */
  readonly host?: string | undefined;
  /** Put the shim's tag into pages. @default true */
  readonly inject?: boolean | undefined;
  /** Paths. No page at or below one of them gets the tag. @default [] */
  readonly exclude?: string | readonly string[] | undefined;
  /** PEM file of the CA certificates for an https application. @default the system's */
  readonly ca?: string | undefined;
  /**
   * Path below which the gateway serves its own `/shim/` and `/healthz`, for an application that
   * uses these paths itself.
   * @default none
   */
  readonly prefix?: string | undefined;
  /** Time in which the application must begin its answer. `'off'`: no limit. @default '5m' */
  readonly timeout?: number | string | undefined;
}
