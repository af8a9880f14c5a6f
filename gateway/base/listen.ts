import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** The address of a server. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/**
 * Starts a server. Resolves with the bound address; rejects with Node's own errors, such as
 * EADDRINUSE, or EACCES for a port below 1024.
 */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  server.listen({ host, port });
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return { host: bound.address, port: bound.port };
}
