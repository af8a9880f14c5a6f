/** Who may talk to the gateway. */
export interface AccessOptions {
  /**
   * Serialized origins allowed beside the gateway's own; `null` and `*` only if they were written.
   */
  readonly origins: readonly string[];
  /** `Host` names accepted beside those that always are, in lower case. */
  readonly hosts: readonly string[];
  /** Networks of proxies whose X-Forwarded fields are believed, in CIDR form. */
  readonly trustedProxies: readonly string[];
  /** Field in which these proxies name the user, as it is written to backends; absent: none. */
  readonly userHeader: string | undefined;
}
