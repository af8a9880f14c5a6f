import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { NODE_TRANSPORTS, sockJs } from '../support/clients/sockjs-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

interface Connection {
  on(event: 'data', listener: (text: string) => void): void;
  write(text: string): void;
  close(code: number, reason: string): void;
}

interface Service {
  on(event: 'connection', listener: (connection: Connection) => void): void;
  installHandlers(server: Server): void;
}

/**
 * What SockJS servers of any make have beside the rest is a plain WebSocket at `/websocket` (SockJS
 * 0.3.3, "Raw WebSocket url"): a backend as any other.
 */
describe('a SockJS server behind the gateway', () => {
  let server: Server;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  /** Requests that the server got. */
  const requested: string[] = [];

  before(async () => {
    const reference = createRequire(import.meta.url)('sockjs') as {
      createServer(options: { prefix: string; log(): void }): Service;
    };
    const service = reference.createServer({ prefix: '/echo', log: () => {} });
    service.on('connection', (connection) => {
      connection.on('data', (text) => {
        if (text === 'close') connection.close(4003, 'kicked');
        else connection.write(text);
      });
    });
    server = createServer();
    service.installHandlers(server);
    for (const event of ['request', 'upgrade'] as const)
      server.prependListener(event, ({ url }) => requested.push(`${event} ${url}`));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    gateway = await startGateway({ routes: [`/echo=ws://127.0.0.1:${port}/echo/websocket`] });
  });
  after(async () => {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });

  for (const transport of NODE_TRANSPORTS) {
    it(`is reached by its clients over ${transport}, by its WebSocket only`, async () => {
      requested.length = 0;
      const socket = sockJs(`http://127.0.0.1:${gateway.port}/echo`, transport);
      const had: string[] = [];
      const closed = new Promise<{ code: number; reason: string }>((resolve) => {
        socket.onclose = ({ code, reason }) => resolve({ code, reason });
      });
      socket.onopen = () => socket.send('snow ☃');
      socket.onmessage = ({ data }) => {
        had.push(data);
        socket.send('close');
      };
      assert.deepEqual(await closed, { code: 4003, reason: 'kicked' });
      assert.deepEqual(had, ['snow ☃']);
      assert.deepEqual(requested, ['upgrade /echo/websocket']);
    });
  }
});
