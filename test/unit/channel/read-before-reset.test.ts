import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../../gateway/base/clock.ts';
import { readBeforeReset } from '../../../gateway/channel/read-before-reset.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('a connection whose peer speaks and resets it', () => {
  let server: Server;
  let socket: Socket;
  let peer: Socket;
  const clock = new TestClock();

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [peer] = (await once(server, 'connection')) as [Socket];
    if (socket.connecting) await once(socket, 'connect');
    socket.on('error', () => {});
  });
  afterEach(() => {
    socket.destroy();
    peer.destroy();
    server.close();
  });

  /** The peer's last words and its reset are there, and the next write fails. */
  async function failToWrite(): Promise<void> {
    await new Promise<void>((resolve) => peer.write('too big', () => resolve()));
    peer.resetAndDestroy();
    socket.write('x');
  }

  it('is read to its end before a failed write destroys it', async () => {
    readBeforeReset(socket, systemClock);
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await failToWrite();
    await closed;
    assert.equal(heard, 'too big');
  });

  it('is destroyed all the same when nobody reads it for ten seconds', async () => {
    readBeforeReset(socket, clock);
    socket.pause();
    await failToWrite();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(socket.destroyed, false);
    clock.advance(10_000);
    assert.equal(socket.destroyed, true);
  });

  it('is destroyed at once by who has no more use for it', () => {
    readBeforeReset(socket, clock);
    socket.destroy();
    assert.equal(socket.destroyed, true);
  });
});
