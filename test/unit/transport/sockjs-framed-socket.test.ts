import assert from 'node:assert/strict';
import type { Receiver } from '../../../gateway/channel/channel.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { FramedSocket } from '../../../gateway/transport/sockjs/framed-socket.ts';
import { TestClock } from '../../support/test-clock.ts';

/** Writes down what it is told. */
function scribe(lines: string[]): Receiver {
  return {
    message: (message) => lines.push(message.binary ? 'binary' : message.text),
    drained: () => lines.push('drained'),
    closed: ({ code, reason }) => lines.push(`closed ${code} ${reason}`.trim()),
  };
}

describe('a WebSocket of SockJS frames', () => {
  const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

  const open = async () => {
    const clock = new TestClock();
    const [near, client] = channelPair();
    const wire: string[] = [];
    const told: string[] = [];
    const socket = new FramedSocket(near, clock, 1000);
    client.attach(scribe(wire));
    socket.attach(scribe(told));
    await turn();
    return { clock, client, wire, told, socket };
  };

  it('sends what comes in one turn of the loop in one frame', async () => {
    const { socket, wire } = await open();
    socket.send(Message.text('a'));
    socket.send(Message.text('b'));
    assert.equal(socket.bufferedAmount, 2);
    await turn();
    socket.send(Message.text('c'));
    socket.close({ code: 1005, reason: '' });
    await turn();
    assert.deepEqual(wire, ['o', 'a["a","b"]', 'a["c"]', 'c[1005,""]', 'closed 1000']);
  });

  it('passes a client’s slowness on, and its recovery', async () => {
    const { socket, client, told } = await open();
    client.pause();
    assert.ok(socket.send(Message.text('x')));
    await turn();
    assert.ok(!socket.send(Message.text('y')));
    await turn();
    client.resume();
    await turn();
    assert.deepEqual(told, ['drained']);
    assert.ok(socket.send(Message.text('z')));
  });

  it('does not gather more than 64 KiB', async () => {
    const { socket, client } = await open();
    client.pause();
    const message = Message.text('x'.repeat(70_000));
    assert.ok(!socket.send(message));
  });

  it('ends where frames are broken, binary or of something else', async () => {
    for (const message of [Message.text('["a'), Message.text('1'), Message.binary(Buffer.from('["a"]'))]) {
      const { client, wire, told, clock, socket } = await open();
      client.send(Message.text('["ok"]'));
      client.send(message);
      client.send(Message.text('["late"]'));
      socket.send(Message.text('late'));
      await turn();
      assert.deepEqual(told, ['ok', 'closed 1002 broken framing']);
      assert.deepEqual(wire, ['o', 'closed 3000 Broken framing.']);
      assert.equal(clock.timers, 0);
    }
  });

  it('shows a sign of life where it was silent, and no more once it is over', async () => {
    const { client, wire, told, clock, socket } = await open();
    clock.advance(500);
    clock.advance(500);
    assert.deepEqual(wire, ['o', 'h']);
    clock.advance(400);
    socket.send(Message.text('a'));
    await turn();
    clock.advance(500);
    assert.deepEqual(wire, ['o', 'h', 'a["a"]']);
    client.close({ code: 4001, reason: 'bye' });
    await turn();
    assert.deepEqual(told, ['closed 4001 bye']);
    assert.equal(clock.timers, 0);
  });
});
