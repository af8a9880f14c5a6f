/** One NATS server. */
export interface NatsServer {
  readonly host: string;
  readonly port: number;
  /** Whom its certificate is for. @default `host` */
  readonly tlsName?: string | undefined;
}

/** Who this gateway is to the servers. */
export type NatsLogin =
  | { readonly user: string; readonly password: string }
  | { readonly token: string }
  /** Content of a `.creds` file: a JWT and the seed of its key. */
  | { readonly credentials: Buffer }
  /** The seed of an nkey. */
  | { readonly seed: Buffer };

/** How the nodes of several machines reach each other. */
export interface ClusterOptions {
  /** Tried in turn. */
  readonly servers: readonly NatsServer[];
  /** First part of all subjects: gateways with another name do not see each other. */
  readonly name: string;
  readonly login?: NatsLogin | undefined;
  /** TLS is required, with these files in PEM. Absent: it is used where the server demands it. */
  readonly tls?: NatsTls | undefined;
}

export interface NatsTls {
  /** CA certificates; absent: the system's. */
  readonly ca?: string;
  /** The client's own certificate, for servers that ask for one. */
  readonly cert?: string;
  readonly key?: string;
}

export const DEFAULT_CLUSTER_NAME = 'fallback-gateway';
export const DEFAULT_NATS_PORT = 4222;
