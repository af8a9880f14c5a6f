import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startGateway } from '../support/servers/gateway.ts';

describe('a route of a handler', () => {
  it("has the gateway's own bounds, and not those of some configured route", async () => {
    for (const routes of [[], [{ path: '/other', backend: 'echo:', maxMessage: '8KiB' }]]) {
      const { port, close } = await startGateway({ routes, maxMessage: '1KiB' }, (gateway) =>
        gateway.route('/handler', (socket) => socket.on('message', () => socket.close(4000))),
      );
      const client = new WebSocket(`ws://127.0.0.1:${port}/handler`);
      await once(client, 'open');
      client.send('x'.repeat(2_000));
      const [code] = (await once(client, 'close')) as [number];
      await close();
      assert.equal(code, 1009);
    }
  });
});
