import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { UNSAFE_FOR_CLIENTS, UNSAFE_FOR_SERVERS } from '../conformance/sockjs/unsafe.ts';
import { NODE_TRANSPORTS, type SockJsSocket, sockJs } from '../support/clients/sockjs-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

const MIB = 1024 ** 2;

/**
 * A WebSocket server that echoes text, answers `binary` with bytes, and closes with 4003 on the
 * message `close`.
 */
function upstream(socket: WebSocket): void {
  socket.on('message', (data, isBinary) => {
    const text = data.toString();
    if (text === 'binary') socket.send(Buffer.from([0, 1, 255]));
    else if (text === 'close') socket.close(4003, 'kicked');
    else socket.send(data, { binary: isBinary });
  });
}

/** Every unsafe code point, in parts that show which is lost; a surrogate alone is no text. */
function texts(): string[] {
  const unsafe = [...UNSAFE_FOR_SERVERS, ...UNSAFE_FOR_CLIENTS];
  const parts = ['', ' ', '%41', '</script>', '"\\', '😀', '\u0000'];
  for (let at = 0; at < unsafe.length; at += 16)
    parts.push(String.fromCharCode(...unsafe.slice(at, at + 16)));
  return parts;
}

/** What a client sends, until it has had it all back. */
function echo(socket: SockJsSocket, sent: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let had = 0;
    socket.onopen = () => {
      for (const text of sent) socket.send(text);
    };
    socket.onclose = ({ code, reason }) => reject(new Error(`closed after ${had}: ${code} ${reason}`));
    socket.onmessage = ({ data }) => {
      const expected = sent[had++];
      if (data !== expected) reject(new Error(`message ${had} is not what was sent: ${data.slice(0, 100)}`));
      if (had === sent.length) resolve();
    };
  });
}

const closed = (socket: SockJsSocket): Promise<{ code: number; reason: string; wasClean: boolean }> =>
  new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
  });

describe('sockjs-client 1.6.1', () => {
  let server: Server;
  let sockets: WebSocketServer;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let base64: Awaited<ReturnType<typeof startGateway>>;

  before(async () => {
    server = createServer();
    sockets = new WebSocketServer({ server });
    sockets.on('connection', upstream);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const routes = [`/upstream=${url}`, '/echo=echo:', '/nowhere=ws://127.0.0.1:9'];
    gateway = await startGateway({ routes }, (made) =>
      made.route('/handler', (socket) => upstream(socket as unknown as WebSocket)),
    );
    base64 = await startGateway({ routes, sockjs: { binary: 'base64' } });
  });

  after(async () => {
    await gateway.close();
    await base64.close();
    sockets.close();
    server.close();
  });

  const connect = (route: string, transport: string, { port } = gateway): SockJsSocket =>
    sockJs(`http://127.0.0.1:${port}${route}`, transport);

  for (const transport of NODE_TRANSPORTS) {
    describe(`over ${transport}`, () => {
      for (const route of ['/upstream', '/echo', '/handler']) {
        it(`has 1,000 messages with every unsafe code point echoed by ${route}`, async () => {
          const parts = texts();
          const sent = Array.from({ length: 1000 }, (_, at) => `${at}${parts[at % parts.length]}`);
          const socket = connect(route, transport);
          await echo(socket, sent);
          assert.equal(socket.transport, transport);
          socket.close();
          await closed(socket);
        });
      }

      it('carries 1 MiB', async () => {
        const socket = connect('/upstream', transport);
        await echo(socket, ['x'.repeat(MIB), '\u2028'.repeat(1000), 'last']);
        socket.close();
      });

      it('tells the server’s close, with code and reason', async () => {
        const socket = connect('/upstream', transport);
        socket.onopen = () => socket.send('close');
        assert.deepEqual(await closed(socket), { code: 4003, reason: 'kicked', wasClean: true });
      });

      it('ends with 1003 at a binary message, or has it as base64', async () => {
        const socket = connect('/upstream', transport);
        socket.onopen = () => socket.send('binary');
        assert.equal((await closed(socket)).code, 1003);
        const other = connect('/upstream', transport, base64);
        const message = new Promise<string>((resolve) => {
          other.onmessage = ({ data }) => resolve(data);
        });
        other.onopen = () => other.send('binary');
        assert.equal(await message, 'AAH/');
        other.close();
      });

      it('never opens where the backend does not accept', async () => {
        const socket = connect('/nowhere', transport);
        socket.onopen = () => assert.fail('it opened');
        // Over a WebSocket the client has only its failure, and says that it has tried all it may.
        assert.equal((await closed(socket)).code, transport === 'websocket' ? 2000 : 1006);
      });

      it('tells the backend that the client has gone', async () => {
        const gone = new Promise<number>((resolve) => {
          sockets.once('connection', (socket) => socket.once('close', resolve));
        });
        const socket = connect('/upstream', transport);
        await echo(socket, ['hello']);
        socket.close();
        assert.ok([1000, 1001, 1005].includes(await gone));
      });
    });
  }
});
