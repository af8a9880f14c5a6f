import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { endConnection } from '../../../gateway/channel/end-connection.ts';
import { listen } from '../../support/servers/upstreams.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('the end of a connection', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  /** Our end of a connection, which we read, and a peer that leaves its own open. */
  async function pair(): Promise<{ ours: Socket; peer: Socket }> {
    const server = createServer({ allowHalfOpen: true });
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const ours = connect({ port: await listen(server), host: '127.0.0.1', allowHalfOpen: true });
    const [peer] = await accepted;
    server.close();
    sockets.push(ours, peer);
    ours.resume();
    return { ours, peer };
  }

  it('comes behind what was sent, and waits 10 s for the peer’s', async () => {
    const { ours, peer } = await pair();
    const clock = new TestClock();
    const heard: string[] = [];
    peer.on('data', (bytes) => heard.push(String(bytes)));
    ours.write('last words');
    endConnection(ours, clock);
    await once(peer, 'end');
    assert.deepEqual(heard, ['last words']);
    clock.advance(9_999);
    assert.equal(ours.destroyed, false);
    clock.advance(1);
    assert.equal(ours.destroyed, true);
  });

  it('leaves no timer once the connection is over, and sets none for one that is', async () => {
    const { ours, peer } = await pair();
    const clock = new TestClock();
    endConnection(ours, clock);
    assert.equal(clock.timers, 1);
    peer.end();
    await once(ours, 'close');
    assert.equal(clock.timers, 0);
    endConnection(ours, clock);
    assert.equal(clock.timers, 0);
  });
});
