import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { NODE_TRANSPORTS, type SockJsSocket, sockJs } from '../support/clients/sockjs-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

/**
 * Clients of a page give a transport little more than the time that `/info` took, and then try the
 * next.
 */
describe('SockJS before a backend that takes its time', () => {
  let server: Server;
  let sockets: WebSocketServer;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  /** Handshakes that wait for an answer. */
  let requested: ((yes: boolean) => void)[];

  before(async () => {
    server = createServer();
    const verifyClient = (_info: unknown, done: (yes: boolean) => void) => void requested.push(done);
    sockets = new WebSocketServer({ server, verifyClient });
    sockets.on('connection', (socket: WebSocket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    gateway = await startGateway({ routes: [`/slow=ws://127.0.0.1:${port}`] });
  });

  beforeEach(() => {
    requested = [];
  });

  after(async () => {
    await gateway.close();
    sockets.close();
    server.close();
  });

  const opened = async (transport: string): Promise<SockJsSocket> => {
    const socket = sockJs(`http://127.0.0.1:${gateway.port}/slow`, transport);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = ({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`));
    });
    assert.equal(requested.length, 1);
    return socket;
  };

  for (const transport of NODE_TRANSPORTS) {
    it(`opens over ${transport}, and what is sent waits`, async () => {
      const socket = await opened(transport);
      const had: string[] = [];
      const all = new Promise<void>((resolve) => {
        socket.onmessage = ({ data }) => {
          had.push(data);
          if (data === 'last') resolve();
        };
      });
      for (const text of ['first', 'second', 'last']) socket.send(text);
      requested[0]?.(true);
      await all;
      assert.deepEqual(had, ['first', 'second', 'last']);
      socket.close();
    });

    it(`ends with 1006 over ${transport} if it refuses then`, async () => {
      const socket = await opened(transport);
      const closed = new Promise<number>((resolve) => {
        socket.onclose = ({ code }) => resolve(code);
      });
      requested[0]?.(false);
      assert.equal(await closed, 1006);
    });
  }

  it('counts a client that has gone until it has answered: nobody asks it more often at a time than they may have sessions', async () => {
    const { port } = server.address() as AddressInfo;
    const bounded = await startGateway({
      routes: [`/slow=ws://127.0.0.1:${port}`],
      maxSessionsPerAddress: 1,
    });
    const ask = (form: string, signal: AbortSignal | null = null): Promise<Response> =>
      fetch(`http://127.0.0.1:${bounded.port}/slow/000/${form}`, { method: 'POST', signal });
    try {
      assert.equal(await (await ask('first/xhr')).text(), 'o\n');
      const leaving = new AbortController();
      await ask('first/xhr_streaming', leaving.signal);
      leaving.abort();
      for (let tried = 0; tried < 20; tried++) assert.equal((await ask(`other${tried}/xhr`)).status, 429);
      assert.equal(requested.length, 1);
      requested[0]?.(true);
      while ((await ask('last/xhr')).status === 429);
      assert.equal(requested.length, 2);
    } finally {
      await bounded.close();
    }
  });

  it('tells it of a client that has gone', async () => {
    const socket = await opened('xhr-streaming');
    socket.send('last words');
    const connected = once(sockets, 'connection') as Promise<[WebSocket]>;
    socket.close();
    requested[0]?.(true);
    const [far] = await connected;
    const [code] = (await once(far, 'close')) as [number];
    assert.equal(code, 1001);
  });
});
