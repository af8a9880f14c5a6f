import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../engines/programs.ts';
import { freePorts } from '../support/machine/free-ports.ts';
import { end, said, start } from '../support/servers/program.ts';
import { requireLibrary } from './home.ts';

/** The servers of libraries, each the real one, and the routes that lead to them. */
export interface LibraryServers {
  readonly routes: readonly string[];
  /** What `--app` leads to: Socket.IO 0.9, whose handshake is plain HTTP. */
  readonly app: string;
  stop(): Promise<void>;
}

interface Running {
  readonly route: string;
  stop(): Promise<void>;
}

export async function startLibraryServers(): Promise<LibraryServers> {
  const running = await Promise.all([
    webSocketServer('/echo', echo),
    webSocketServer('/greeting', greeting),
    mosquitto(),
    graphQl(),
    sockJsServer(),
    ...['', '-3', '-2', '-1'].map(socketIo),
  ]);
  const first = await socketIo0();
  return {
    routes: [...running.map(({ route }) => route), '/stomp=stomp:'],
    app: first.route.replace(/^.*=ws/, 'http'),
    stop: async () => void (await Promise.all([...running, first].map(({ stop }) => stop()))),
  };
}

interface Peer {
  send(data: string | Buffer, options?: { binary: boolean }): void;
  close(code: number, reason: string): void;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void;
}

/** Sends everything back, closes when a message says so, and takes the first subprotocol. */
function echo(peer: Peer): void {
  peer.on('message', (data, isBinary) => {
    const [, code, reason = ''] = /^close (\d+) (.*)$/.exec(data.toString()) ?? [];
    if (code !== undefined) peer.close(Number(code), reason);
    else peer.send(data, { binary: isBinary });
  });
}

/** Its first message begins with the letter that opens a SockJS session. */
function greeting(peer: Peer): void {
  peer.send('online: 5');
  echo(peer);
}

function webSocketServer(path: string, serve: (peer: Peer) => void): Promise<Running> {
  return onServer(path, (server) => {
    const { WebSocketServer } = requireLibrary('ws');
    new WebSocketServer({ server }).on('connection', serve);
  });
}

function graphQl(): Promise<Running> {
  return onServer('/graphql', (server) => {
    const { WebSocketServer } = requireLibrary('ws');
    const { useServer } = requireLibrary('graphql-ws/use/ws');
    const { buildSchema } = requireLibrary('graphql');
    const schema = buildSchema(
      'type Query { greeting: String } type Subscription { numbers(to: Int!): Int }',
    );
    const roots = {
      query: { greeting: 'hello' },
      subscription: {
        async *numbers({ to }: { to: number }) {
          for (let number = 1; number <= to; number++) yield { numbers: number };
        },
      },
    };
    const onConnect = ({ connectionParams }: { connectionParams?: { refuse?: boolean } }) =>
      connectionParams?.refuse !== true;
    useServer({ schema, roots, onConnect }, new WebSocketServer({ server }));
  });
}

/** SockJS's own server. The gateway reaches it by its plain WebSocket. */
function sockJsServer(): Promise<Running> {
  return onServer(
    '/sockjs-node',
    (server) => {
      const service = requireLibrary('sockjs').createServer({ prefix: '/chat', log: () => {} });
      service.on(
        'connection',
        (connection: { on(event: 'data', f: (text: string) => void): void; write(text: string): void }) =>
          connection.on('data', (text) => connection.write(text)),
      );
      service.installHandlers(server);
    },
    '/chat/websocket',
  );
}

/** Socket.IO of one age; the last word of its package's name says which. */
function socketIo(age: string): Promise<Running> {
  const path = `/socket.io${age}`;
  return onServer(path, (server) => {
    const library = requireLibrary(`socket.io${age}`);
    const Service = library.Server ?? library;
    const service = new Service(server, { path, serveClient: false });
    service.on('connection', serveSocketIo);
  });
}

/** Socket.IO 0.9, of 2013, finds EventEmitter in `process`, from where Node has removed it. */
function socketIo0(): Promise<Running> {
  return onServer('/socket.io-0', (server) => {
    Object.assign(process, { EventEmitter });
    const settings = { resource: '/socket.io-0', 'log level': 0, 'browser client': false };
    requireLibrary('socket.io-0').listen(server, settings).sockets.on('connection', serveSocketIo);
  });
}

function serveSocketIo(socket: {
  on(event: string, f: (...args: never[]) => void): void;
  disconnect(): void;
}): void {
  socket.on('echo', (value: unknown, answer: (value: unknown) => void) => answer(value));
  socket.on('leave', () => socket.disconnect());
}

/** An HTTP server of this process, and the route that leads to it. */
async function onServer(path: string, prepare: (server: Server) => void, below = ''): Promise<Running> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  prepare(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    route: `${path}=ws://127.0.0.1:${(server.address() as AddressInfo).port}${below}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** Debian's MQTT broker, with a listener for WebSockets. */
async function mosquitto(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const [port, plain] = await freePorts(2);
  const file = join(folder, 'mosquitto.conf');
  // Version 2.0.11 does not start with a listener for WebSockets alone.
  writeFileSync(
    file,
    `listener ${plain} 127.0.0.1
listener ${port} 127.0.0.1
protocol websockets
allow_anonymous true
`,
  );
  const broker = start(program('mosquitto') as string, ['-c', file], process.env);
  await said(broker, /mosquitto version .* running/);
  return {
    route: `/mqtt=ws://127.0.0.1:${port}`,
    async stop() {
      await end(broker);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
