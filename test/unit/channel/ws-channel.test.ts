import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { runTurn } from '../../../gateway/base/flush-queue.ts';
import { WsChannel } from '../../../gateway/channel/ws-channel.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { TestClock } from '../../support/test-clock.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a channel over a WebSocket', () => {
  /** The bytes of each write that reached the connection. */
  let writes: Buffer[];
  let channel: WsChannel;
  let socket: Duplex;

  beforeEach(async () => {
    writes = [];
    socket = new Duplex({
      read: () => {},
      writev: (parts, done) => {
        writes.push(Buffer.concat(parts.map(({ chunk }) => chunk as Buffer)));
        done();
      },
    });
    const headers = {
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    };
    const request = { method: 'GET', headers, socket } as unknown as IncomingMessage;
    new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, Buffer.alloc(0), (ws) => {
      channel = new WsChannel(ws, socket as Socket, { clock: new TestClock(), ping: 0 });
    });
    await settled();
    writes.length = 0;
  });
  // Else `ws` waits 30 s for the peer's Close.
  afterEach(() => socket.destroy());

  it('writes all messages of a turn at once', async () => {
    for (const text of ['a', 'b', 'c']) channel.send(Message.text(text));
    assert.equal(channel.bufferedAmount, 9);
    await settled();
    assert.deepEqual(writes, [Buffer.from('\x81\x01a\x81\x01b\x81\x01c', 'latin1')]);
    channel.send(Message.text('d'));
    await settled();
    assert.equal(writes.length, 2);
    assert.equal(channel.bufferedAmount, 0);
  });

  it('writes at the end of the turn that runs, and not behind it', () => {
    const sendAll = (texts: readonly string[]): void => {
      for (const text of texts) channel.send(Message.text(text));
      assert.equal(writes.length, 0);
    };
    runTurn((target, texts) => target(texts), sendAll, ['a', 'b']);
    assert.deepEqual(writes, [Buffer.from('\x81\x01a\x81\x01b', 'latin1')]);
  });

  it('ends behind what was sent in the same turn', async () => {
    channel.send(Message.text('a'));
    channel.close({ code: 1000, reason: '' });
    await settled();
    assert.equal(Buffer.concat(writes).toString('latin1'), '\x81\x01a\x88\x02\x03\xe8');
  });

  it('says when it takes more, though nothing of the turn was out when it refused more', async () => {
    let drained = 0;
    const nothing = (): void => {};
    channel.attach({ message: nothing, drained: () => drained++, closed: nothing });
    await settled();
    assert.equal(channel.send(Message.binary(Buffer.alloc(70_000))), false);
    await settled();
    assert.equal(drained, 1);
  });
});
