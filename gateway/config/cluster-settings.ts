/** How gateways on several machines reach each other (docs/cluster.md). */
export interface ClusterSettings {
  /** The servers: `nats://host:4222`, or `tls://…`. A login may precede the host. */
  readonly url: string | readonly string[];
  /** Gateways with different names on the same servers do not join. @default 'fallback-gateway' */
  readonly name?: string | undefined;
  /** A user of the servers. Needs `password`. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** File with the credentials of a user (`.creds`), or with the seed of its nkey. */
  readonly credentials?: string | undefined;
  /** PEM file of the CA certificates for `tls://` servers. @default the system's */
  readonly ca?: string | undefined;
  /** PEM file of this gateway's certificate, for servers that require one. Needs `key`. */
  readonly cert?: string | undefined;
  /** PEM file of its private key. */
  readonly key?: string | undefined;
}
