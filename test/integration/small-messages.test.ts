import assert from 'node:assert/strict';
import type { GatewaySocket } from '../../gateway/index.ts';
import { openRealm } from '../support/browser/realm.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

const COUNT = 20_000;

describe('messages that are small and many', () => {
  it('do not stop at the bound of the outbox: the shim acknowledges by what they cost the gateway', async function () {
    this.timeout(60_000);
    let sent = 0;
    const pour = (socket: GatewaySocket): void => {
      // As a backend that is read by TCP: it waits while much is buffered.
      const more = (): void => {
        while (sent < COUNT && socket.bufferedAmount < 1_000_000) {
          socket.send('');
          sent++;
        }
        if (sent < COUNT) setTimeout(more, 1);
      };
      more();
    };
    const gateway = await startGateway({ routes: [], streamBudget: '1MiB' }, (made) => {
      made.route('/pour', pour);
    });
    const realm = openRealm({ without: ['WebSocket'], url: `http://127.0.0.1:${gateway.port}/page` });
    try {
      await realm.loadScript('/shim/websocket.min.js', { 'data-transports': 'xhr-streaming' });
      realm.run(`var got = 0;
        var socket = new WebSocket('ws://127.0.0.1:${gateway.port}/pour');
        socket.onmessage = function () { got += 1; };`);
      // Without it the next acknowledgement would come with the heartbeat, 25 s later, each time.
      await until('all of them', () => realm.window.got === COUNT, 20_000);
      assert.deepEqual(realm.errors, []);
    } finally {
      realm.leave();
      await gateway.close();
    }
  });
});
