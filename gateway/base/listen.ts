import { once } from 'node:events';
import { type AddressInfo, Server } from 'node:net';

/** The address of a server. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** What a port is for: the gateway itself, Flash's policies, the embedded broker, or its status. */
export type PortUse = 'gateway' | 'policy' | 'stomp' | 'status';

/** A server that gets connections. */
export interface Listening extends ListenAddress {
  /** Takes no more connections. Those that are open go on. */
  stop(): void;
}

/**
 * Starts a server. Resolves with the bound address; rejects with Node's own errors, such as
 * EADDRINUSE, or EACCES for a port below 1024.
 */
export type Listen = (server: Server, address: ListenAddress, use: PortUse) => Promise<Listening>;

/** Opens a port for the server alone. */
export const listen: Listen = (server, { host, port }) => {
  server.listen({ host, port });
  return listening(server);
};

/** Takes a socket that listens already, and that this process was started with. */
export function listenOnDescriptor(server: Server, fd: number): Promise<Listening> {
  server.listen({ fd });
  return listening(server);
}

async function listening(server: Server): Promise<Listening> {
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return {
    host: bound.address,
    port: bound.port,
    // An HTTP server's own method would end the connections that wait for a request, too.
    stop: () => void Server.prototype.close.call(server),
  };
}
