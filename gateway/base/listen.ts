import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Where a server serves, or is to. */
export interface ListenAddress {
  readonly host: string;
  /** 0 asks for any that is free. */
  readonly port: number;
}

/** Begins to serve. Resolves with the address that was bound; rejects with Node's own errors, such as EADDRINUSE, or EACCES for a port below 1024. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  server.listen({ host, port });
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return { host: bound.address, port: bound.port };
}
