import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import { TrustedProxies } from '../../../gateway/http/forwarded.ts';
import { ignoreUpgrade } from '../../../gateway/http/ignore-upgrade.ts';
import { requestListener, upgradeListener } from '../../../gateway/http/listeners.ts';
import { HttpServer, type ServerSettings } from '../../../gateway/http/server.ts';
import type { Upgrade } from '../../../gateway/http/upgrade.ts';

/** What a test server does with requests, and how it is set up. */
export interface TestServerOptions {
  onRequest?(exchange: Exchange): boolean;
  onUpgrade?(upgrade: Upgrade): boolean;
  otherwise?(request: IncomingMessage, response: ServerResponse): void;
  /** Targets that the fast path answers. @default all */
  takes?(target: string): boolean;
  readonly settings?: Partial<ServerSettings>;
  readonly trusted?: readonly string[];
  /** Plain requests are answered on the fast path. @default false */
  readonly fast?: boolean;
  readonly log?: Log;
  readonly memory?: MemoryBudget;
}

/** A server that runs. It may be closed twice. */
export interface TestServer {
  readonly server: HttpServer;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a server whose requests the test answers; the rest get 404. */
export async function startServer(options: TestServerOptions): Promise<TestServer> {
  const proxies = new TrustedProxies(options.trusted ?? []);
  const handler = {
    onRequest: options.onRequest ?? (() => false),
    onUpgrade: options.onUpgrade ?? (() => false),
  };
  const log = options.log ?? silentLog;
  const context = { handler, proxies, log };
  const otherwise = options.otherwise ?? ((_request, response) => response.writeHead(404).end('nobody\n'));
  const memory = options.memory ?? new MemoryBudget({ memory: 1e9, memoryPerAddress: 1e9 });
  const fastPath = { takes: options.takes ?? (() => true), onRequest: handler.onRequest, memory };
  const server = new HttpServer(
    {
      listen: { host: '127.0.0.1', port: 0 },
      tls: undefined,
      headerTimeout: 10_000,
      requestTimeout: 20_000,
      keepAlive: 5_000,
      maxHeaderSize: 16_384,
      sockets: { maxSockets: 10_000, maxSocketsPerAddress: 10_000 },
      ...options.settings,
    },
    {
      request: requestListener(context, otherwise),
      upgrade: upgradeListener(
        context,
        (request, socket, head) => ignoreUpgrade(server.node, request, socket, head),
        (_request, socket) => socket.destroy(),
      ),
      proxies,
      ...(options.fast === true && { fastPath }),
    },
    log,
  );
  const { port } = await server.listen();
  return { server, port, close: () => server.close(0) };
}
