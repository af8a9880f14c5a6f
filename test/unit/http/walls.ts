import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';
import { ignoreUpgrade } from '../../../gateway/http/ignore-upgrade.ts';
import { requestListener, upgradeListener } from '../../../gateway/http/listeners.ts';
import { HttpServer, type ServerSettings } from '../../../gateway/http/server.ts';
import type { Upgrade } from '../../../gateway/http/upgrade.ts';

/** What a test puts behind the walls. */
export interface Behind {
  onRequest?(exchange: Exchange): boolean;
  onUpgrade?(upgrade: Upgrade): boolean;
  otherwise?(request: IncomingMessage, response: ServerResponse): void;
  readonly settings?: Partial<ServerSettings>;
  readonly trusted?: readonly string[];
  /** Plain requests come by the fast path, as far as it knows them by sight. */
  readonly lane?: boolean;
}

/** A server that runs; closing it twice does no harm. */
export interface Walls {
  readonly server: HttpServer;
  readonly port: number;
  close(): Promise<void>;
}

/** A server with nothing behind its walls but a test. */
export async function startWalls(behind: Behind): Promise<Walls> {
  const proxies = new TrustedProxies(behind.trusted ?? []);
  const handler = {
    onRequest: behind.onRequest ?? (() => false),
    onUpgrade: behind.onUpgrade ?? (() => false),
  };
  const otherwise = behind.otherwise ?? ((_request, response) => response.writeHead(404).end('nobody\n'));
  const server = new HttpServer(
    {
      listen: { host: '127.0.0.1', port: 0 },
      tls: undefined,
      headerTimeout: 10_000,
      requestTimeout: 20_000,
      keepAlive: 5_000,
      ...behind.settings,
    },
    {
      request: requestListener(handler, proxies, otherwise),
      upgrade: upgradeListener(
        handler,
        proxies,
        (request, socket, head) => ignoreUpgrade(server.node, request, socket, head),
        (_request, socket) => socket.destroy(),
      ),
      ...(behind.lane === true && { lane: { proxies, takes: () => true, onRequest: handler.onRequest } }),
    },
  );
  const { port } = await server.listen();
  return { server, port, close: () => server.close(0) };
}
