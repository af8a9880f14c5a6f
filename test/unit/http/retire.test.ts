import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import { until } from '../../support/until.ts';
import { startServer, type TestServer } from './test-server.ts';

const REQUEST = 'GET /x HTTP/1.1\r\nHost: h\r\n\r\n';

/** A connection, and all that came on it. */
async function open(port: number): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  await once(socket, 'connect');
  return { socket, received: () => received };
}

for (const fast of [true, false]) {
  describe(`a server that retires, ${fast ? 'on the fast path' : "on Node's server"}`, () => {
    let server: TestServer;
    const held: Exchange[] = [];
    const start = async (keepAlive = 60_000): Promise<void> => {
      server = await startServer({
        fast,
        settings: { keepAlive },
        onRequest: (exchange) => {
          if (exchange.path === '/held') held.push(exchange);
          else exchange.reply(200, {}, 'answer');
          return true;
        },
      });
    };
    afterEach(async () => {
      held.length = 0;
      await server.close();
    });

    it('takes no more connections, answers on those that are open, and ends each behind its answer', async () => {
      await start();
      const { socket, received } = await open(server.port);
      socket.write(REQUEST);
      await until('an answer', () => received().endsWith('answer'));
      assert.doesNotMatch(received(), /connection: close/i);
      const retired = server.server.retire();
      await assert.rejects(once(connect(server.port, '127.0.0.1'), 'connect'), /ECONNREFUSED/);
      assert.equal(socket.readableEnded, false);
      socket.write(REQUEST);
      await once(socket, 'end');
      assert.match(received(), /connection: close\r\n.*answer$/is);
      await retired;
    });

    it('waits for an answer that takes long', async () => {
      await start();
      const { socket, received } = await open(server.port);
      socket.write(REQUEST.replace('/x', '/held'));
      await until('the request', () => held.length === 1);
      let isRetired = false;
      const retired = server.server.retire().then(() => {
        isRetired = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isRetired, false);
      held[0]?.reply(200, {}, 'late');
      await until('the answer', () => received().endsWith('late'));
      socket.end();
      await retired;
    });

    it('ends a connection without a request after its keep-alive time', async () => {
      await start(1);
      const { socket, received } = await open(server.port);
      socket.write(REQUEST);
      await until('an answer', () => received().endsWith('answer'));
      const ended = once(socket, 'end');
      await server.server.retire();
      await ended;
    });
  });
}
