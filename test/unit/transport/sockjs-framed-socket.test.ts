import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import type { Receiver } from '../../../gateway/channel/channel.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { FramedSocket } from '../../../gateway/transport/sockjs/framed-socket.ts';
import { TestClock } from '../../support/test-clock.ts';

/** Writes down what a channel reports. */
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
    const memory = new MemoryBudget({ memory: 1_000_000, memoryPerAddress: 1_000_000 });
    const [near, client] = channelPair();
    const wire: string[] = [];
    const reports: string[] = [];
    const socket = new FramedSocket(near, { clock, heartbeat: 1000, openAccount: () => memory.account('a') });
    client.attach(scribe(wire));
    socket.attach(scribe(reports));
    await turn();
    return { memory, clock, client, wire, reports, socket };
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
    const { socket, client, reports } = await open();
    client.pause();
    assert.ok(socket.send(Message.text('x')));
    await turn();
    assert.ok(!socket.send(Message.text('y')));
    await turn();
    client.resume();
    await turn();
    assert.deepEqual(reports, ['drained']);
    assert.ok(socket.send(Message.text('z')));
  });

  it('does not gather more than 64 KiB', async () => {
    const { socket, client } = await open();
    client.pause();
    const message = Message.text('x'.repeat(70_000));
    assert.ok(!socket.send(message));
  });

  it('quotes a long message in several turns, keeps the order, and asks to wait meanwhile', async () => {
    const { memory, socket, wire, reports } = await open();
    const long = '\u2028"é😀'.repeat(30_000);
    socket.send(Message.text('a'));
    assert.ok(!socket.send(Message.text(long)));
    socket.send(Message.text('b'));
    await turn();
    assert.deepEqual([wire, reports], [['o'], []]);
    assert.ok(memory.held > 300_000, `${memory.held}`);
    for (let turns = 0; turns < 20 && reports.length === 0; turns++) await turn();
    await turn();
    assert.equal(wire.length, 2);
    assert.deepEqual(JSON.parse((wire[1] as string).slice(1)), ['a', long, 'b']);
    assert.deepEqual(reports, ['drained']);
    assert.equal(memory.held, 0);
  });

  it('quotes a long message in one turn where memory has no room for more', async () => {
    const { memory, socket, wire } = await open();
    const other = memory.account('a');
    other.set(900_000);
    socket.send(Message.text('\u2028'.repeat(100_000)));
    await turn();
    assert.equal(wire.length, 2);
    assert.equal(memory.held, 900_000);
  });

  it('writes a long message before its end, even if that comes at once', async () => {
    const { socket, wire } = await open();
    const long = '\u2028'.repeat(200_000);
    socket.send(Message.text(long));
    socket.close({ code: 1000, reason: '' });
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.deepEqual(JSON.parse((wire[1] as string).slice(1)), [long]);
    assert.deepEqual(wire.slice(2), ['c[1000,""]', 'closed 1000']);
  });

  it('ends where frames are broken, binary or of something else', async () => {
    for (const message of [Message.text('["a'), Message.text('1'), Message.binary(Buffer.from('["a"]'))]) {
      const { client, wire, reports, clock, socket } = await open();
      client.send(Message.text('["ok"]'));
      client.send(message);
      client.send(Message.text('["late"]'));
      socket.send(Message.text('late'));
      await turn();
      assert.deepEqual(reports, ['ok', 'closed 1002 broken framing']);
      assert.deepEqual(wire, ['o', 'closed 3000 Broken framing.']);
      assert.equal(clock.timers, 0);
    }
  });

  it('takes a frame of many messages in several turns, in order, and counts what waits', async () => {
    const { client, reports, memory, socket } = await open();
    const texts = Array.from({ length: 2000 }, (_, index) => String(index));
    client.send(Message.text(JSON.stringify(texts)));
    client.send(Message.text('["behind"]'));
    client.close({ code: 4001, reason: 'bye' });
    await turn();
    assert.ok(reports.length < 2000, `${reports.length} in one turn`);
    socket.pause();
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.ok(reports.length < 2000, `${reports.length} while it is paused`);
    assert.ok(memory.held > 100_000, `${memory.held} counted`);
    socket.resume();
    while (reports.length < 2002) await turn();
    assert.deepEqual(reports, [...texts, 'behind', 'closed 4001 bye']);
    assert.equal(memory.held, 0);
  });

  it('ends where there is no memory for a long frame', async () => {
    const { client, reports, wire } = await open();
    client.send(Message.text(JSON.stringify(['x'.repeat(1_100_000)])));
    await turn();
    assert.deepEqual(reports, ['closed 1013 out of memory']);
    assert.deepEqual(wire, ['o', 'closed 1013 out of memory']);
  });

  it('shows a sign of life where it was silent, and no more once it is over', async () => {
    const { client, wire, reports, clock, socket } = await open();
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
    assert.deepEqual(reports, ['closed 4001 bye']);
    assert.equal(clock.timers, 0);
  });
});
