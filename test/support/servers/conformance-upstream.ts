import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';

/**
 * What the scenario needs of a socket: `ws` has it, and so has the socket a route's handler is
 * given.
 */
export interface ServerSocket {
  on(event: 'message', listener: (data: Buffer, binary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  send(data: string | Buffer): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
}

/**
 * The server side of the scenario: an echo server that does what messages beginning with `!` tell
 * it.
 *
 *     !close [CODE REASON]           !terminate              closes, or ends without a Close
 *     !burst COUNT                   !burst-close COUNT CODE REASON
 *     !url                           answers with the request's target
 *     !header NAME                   answers with one of its headers
 *     !closed ID                     code and reason of the Close of the connection with ?id=ID, as
 * soon as it is known
 *     !seen ID                       number of its messages, and the last one
 *
 * In the query: `greet=TEXT` is sent at once, `close=CODE,REASON` closes at once.
 */
export function conformanceService(): (
  socket: ServerSocket,
  request: { readonly url?: string | undefined; readonly headers: IncomingMessage['headers'] },
) => void {
  const ends = new Map<string, Promise<string>>();
  const seen = new Map<string, { count: number; last: string }>();

  return (socket, request) => {
    const query = new URL(request.url ?? '/', 'http://upstream').searchParams;
    const id = query.get('id');
    socket.on('error', () => {});
    if (id !== null) {
      seen.set(id, { count: 0, last: '' });
      ends.set(id, new Promise((known) => socket.on('close', (code, reason) => known(`${code} ${reason}`))));
    }
    const greeting = query.get('greet');
    if (greeting !== null) socket.send(greeting);
    const close = query.get('close')?.split(',');
    if (close !== undefined) return socket.close(Number(close[0]), close[1]);

    socket.on('message', (data, binary) => {
      if (binary) return socket.send(data);
      const text = data.toString();
      const own = id === null ? undefined : seen.get(id);
      if (own !== undefined) {
        own.count++;
        own.last = text;
      }
      const [command, first = '', second = '', third = ''] = text.startsWith('!') ? text.split(' ') : [''];
      switch (command) {
        case '!close':
          return first === '' ? socket.close() : socket.close(Number(first), second);
        case '!terminate':
          return socket.terminate();
        case '!burst':
          return burst(socket, Number(first));
        case '!burst-close':
          burst(socket, Number(first));
          return socket.close(Number(second), third);
        case '!url':
          return socket.send(request.url ?? '');
        case '!header':
          return socket.send(String(request.headers[first]));
        case '!closed':
          return void ends.get(first)?.then((end) => socket.send(end));
        case '!seen':
          return void ends
            .get(first)
            ?.then(() => socket.send(`${seen.get(first)?.count} ${seen.get(first)?.last}`));
        default:
          socket.send(text);
      }
    });
  };
}

function burst(socket: ServerSocket, count: number): void {
  for (let i = 0; i < count; i++) socket.send(`burst ${i}`);
}

/**
 * The second of the subprotocols offered: a server that chooses, and that does not choose what
 * comes first.
 */
export function selectProtocol(offered: Iterable<string>): string | false {
  const [first, second] = offered;
  return second ?? first ?? false;
}

export interface Upstream {
  readonly port: number;
  /** WebSocket connections that were opened so far. */
  readonly opened: number;
  close(): Promise<void>;
}

/**
 * The same service as a WebSocket server of its own. `?refuse=STATUS` refuses the handshake,
 * `?select=none` selects no subprotocol, `?open=MS` waits before it accepts.
 */
export async function startConformanceUpstream(): Promise<Upstream> {
  const serve = conformanceService();
  const server: Server = createServer((_, response) => response.writeHead(426).end());
  const choosing = new WebSocketServer({
    noServer: true,
    maxPayload: 2 ** 25,
    handleProtocols: selectProtocol,
  });
  const plain = new WebSocketServer({ noServer: true, maxPayload: 2 ** 25, handleProtocols: () => false });
  const sockets = new Set<Socket>();
  let opened = 0;
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  server.on('upgrade', (request, socket, head) => {
    const query = new URL(request.url ?? '/', 'http://upstream').searchParams;
    const refuse = query.get('refuse');
    if (refuse !== null)
      return socket.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    const select = query.get('select') === 'none' ? plain : choosing;
    const accept = () =>
      select.handleUpgrade(request, socket, head, (accepted) => {
        opened++;
        serve(accepted, request);
      });
    const wait = query.get('open');
    if (wait === null) return accept();
    // A client that has gone in the meantime has nothing to be written to.
    const timer = setTimeout(() => socket.writable && accept(), Number(wait));
    return socket.on('close', () => clearTimeout(timer)).on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get opened() {
      return opened;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
