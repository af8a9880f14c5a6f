import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type SelfSigned, selfSigned } from '../machine/self-signed.ts';
import { type RunningGateway, startFrom } from './repaired.ts';

/** Ports of the servers that gateways of the table lead to. */
export interface Surroundings {
  /** A WebSocket server at `/ws`, at `/chat` and at `/nope`. */
  readonly plain: number;
  /** The same behind TLS, with the certificate of `localhost` that `cert` is. */
  readonly tls: number;
  /** One that has a WebSocket at `/chat` only. */
  readonly chat: number;
  /** One that compares the page's Origin with Host. */
  readonly careful: number;
  /** One that wants a login. */
  readonly closed: number;
  /** An auth server that lets nobody in. */
  readonly auth: number;
  /** A STOMP broker. */
  readonly stomp: number;
  readonly cert: string;
  readonly key: string;
  close(): Promise<void>;
}

/** Starts them; undefined where there is no `openssl`. */
export async function startSurroundings(): Promise<Surroundings | undefined> {
  const made = selfSigned();
  if (made === undefined) return undefined;
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const broker = await startFrom({ flags: ['--route', '/stomp=stomp:', '--stomp-port', '127.0.0.1:0'] });
  return {
    plain: await listen(accepting(createServer(), () => 101)),
    tls: await listen(accepting(tlsServer(made), () => 101)),
    chat: await listen(accepting(createServer(), ({ path }) => (path === '/chat' ? 101 : 404))),
    careful: await listen(
      accepting(createServer(), ({ origin, host }) => (origin === `http://${host}` ? 101 : 403)),
    ),
    closed: await listen(accepting(createServer(), () => 401)),
    auth: await listen(createServer((_request, response) => response.writeHead(403).end())),
    stomp: broker.stompPort as number,
    cert: made.cert,
    key: made.key,
    close: () => closeAll(servers, broker, made),
  };
}

async function closeAll(servers: readonly Server[], broker: RunningGateway, made: SelfSigned): Promise<void> {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await broker.close();
  made.remove();
}

function tlsServer({ cert, key }: SelfSigned): Server {
  return createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) });
}

interface Shake {
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** Answers handshakes with the status that `decide` says. */
function accepting(server: Server, decide: (shake: Shake) => number): Server {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const { host, origin } = request.headers;
    const status = decide({ path: String(request.url), host, origin });
    if (status === 101) sockets.handleUpgrade(request, socket, head, () => {});
    else socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
  });
  return server;
}
