import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../gateway/base/memory-budget.ts';
import type { Channel } from '../../../gateway/channel/channel.ts';
import { channelPair, echoChannel } from '../../../gateway/channel/channel-pair.ts';
import { ABNORMAL } from '../../../gateway/protocol/close.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { Recorder } from '../../support/servers/upstreams.ts';

const text = (value: string): Message => Message.text(value);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Both ends with what they received. */
function attached(): [Channel, Recorder, Channel, Recorder] {
  const [a, b] = channelPair();
  const [toA, toB] = [new Recorder(), new Recorder()];
  a.attach(toA);
  b.attach(toB);
  return [a, toA, b, toB];
}

describe('a pair of channels', () => {
  it('delivers messages at once', () => {
    const [a, toA, b, toB] = attached();
    assert.equal(a.send(text('one')), true);
    assert.equal(b.send(Message.binary(Buffer.of(0, 255))), true);
    assert.deepEqual(toB.received, ['one']);
    assert.deepEqual(toA.received, [[0, 255]]);
    assert.equal(a.bufferedAmount, 0);
  });

  it('holds messages until someone attaches', async () => {
    const [a, b] = channelPair();
    const [toA, toB] = [new Recorder(), new Recorder()];
    a.attach(toA);
    assert.equal(a.send(text('one')), false);
    assert.equal(a.bufferedAmount, 3);
    a.close({ code: 4001, reason: 'bye' });
    b.attach(toB);
    await settled();
    assert.deepEqual(toB.received, ['one', '4001 bye']);
    assert.deepEqual(toA.received, ['4001 bye']);
  });

  it('asks the sender to wait while the other end is paused', () => {
    const [a, toA, b, toB] = attached();
    b.pause();
    assert.equal(a.send(text('one')), false);
    assert.equal(a.send(text('two')), false);
    assert.equal(a.bufferedAmount, 6);
    assert.deepEqual(toB.received, []);
    b.resume();
    assert.deepEqual(toB.received, ['one', 'two']);
    assert.deepEqual(toA.received, ['(drained)']);
    assert.equal(a.bufferedAmount, 0);
  });

  it('says so when the receiver pauses in the message', () => {
    const [a, b] = channelPair();
    const seen: string[] = [];
    a.attach({ message: () => {}, drained: () => seen.push('drained'), closed: () => {} });
    b.attach({
      message: (message) => {
        seen.push(message.text);
        b.pause();
      },
      drained: () => {},
      closed: () => {},
    });
    assert.equal(a.send(text('one')), false);
    a.send(text('two'));
    a.send(text('three'));
    b.resume();
    assert.deepEqual(seen, ['one', 'two']);
    b.resume();
    b.resume();
    assert.deepEqual(seen, ['one', 'two', 'three', 'drained']);
  });

  it('empties a long queue without recursion when the receiver pauses and resumes in each message', () => {
    const [a, , b] = attached();
    const [c, d] = channelPair();
    let count = 0;
    c.attach(new Recorder());
    d.pause();
    for (let index = 0; index < 20_000; index++) c.send(text('x'));
    d.attach({
      message: () => {
        count++;
        d.pause();
        d.resume();
      },
      drained: () => {},
      closed: () => {},
    });
    d.resume();
    assert.equal(count, 20_000);
    assert.equal(a.bufferedAmount + b.bufferedAmount + c.bufferedAmount, 0);
  });

  it('goes on behind a message whose receiver threw', () => {
    const [a, , b, toB] = attached();
    b.pause();
    for (const value of ['one', 'bad', 'two']) a.send(text(value));
    const hear = toB.message.bind(toB);
    toB.message = (message) => {
      if (message.text === 'bad') throw new Error('of the handler');
      hear(message);
    };
    assert.throws(() => b.resume(), /of the handler/);
    b.resume();
    assert.deepEqual(toB.received, ['one', 'two']);
  });

  it('delivers a Close behind all messages, and then its answer', async () => {
    const [a, toA, b, toB] = attached();
    b.pause();
    a.send(text('one'));
    a.close({ code: 4001, reason: 'bye' });
    a.send(text('too late'));
    await settled();
    assert.deepEqual(toB.received, []);
    b.resume();
    await settled();
    assert.deepEqual(toB.received, ['one', '4001 bye']);
    assert.deepEqual(toA.received, ['4001 bye']);
  });

  it('calls no receiver within close itself', () => {
    const [a, toA, , toB] = attached();
    a.close({ code: 1000, reason: '' });
    assert.deepEqual([...toA.received, ...toB.received], []);
  });

  it('answers with the code that the receiver chooses', async () => {
    const [a, b] = channelPair();
    const toA = new Recorder();
    a.attach(toA);
    b.attach({ message: () => {}, drained: () => {}, closed: () => b.close({ code: 4002, reason: 'mine' }) });
    a.close({ code: 4001, reason: 'bye' });
    await settled();
    assert.deepEqual(toA.received, ['4002 mine']);
  });

  it('drops unread messages when an end breaks off', async () => {
    const [a, toA, b, toB] = attached();
    a.pause();
    b.send(text('never read'));
    a.close(ABNORMAL);
    await settled();
    assert.deepEqual(toB.received, ['1006 ']);
    assert.deepEqual(toA.received, ['1006 ']);
    assert.equal(b.bufferedAmount, 0);
  });

  it('closes both ends with 1013 when the memory budget has no room for what waits', async () => {
    const budget = new MemoryBudget({ memory: 100_000, memoryPerAddress: 100_000 });
    const [a, b] = channelPair(() => budget.account('192.0.2.1'));
    const [toA, toB] = [new Recorder(), new Recorder()];
    a.attach(toA);
    b.attach(toB);
    b.pause();
    for (let count = 0; count < 100; count++) a.send(Message.binary(Buffer.alloc(2_000, count)));
    await settled();
    assert.deepEqual(toA.received, ['1013 out of memory']);
    assert.deepEqual(toB.received, ['1013 out of memory']);
    assert.equal(budget.held, 0);
  });

  it('counts what waits, and nothing once it is delivered', () => {
    const budget = new MemoryBudget({ memory: 1e9, memoryPerAddress: 1e9 });
    const [a, b] = channelPair(() => budget.account('192.0.2.1'));
    b.attach(new Recorder());
    b.pause();
    for (let count = 0; count < 100; count++) a.send(text('x'.repeat(100)));
    assert.ok(budget.held > 10_000, `${budget.held} counted`);
    b.resume();
    assert.equal(budget.held, 0);
  });
});

describe('a channel that echoes', () => {
  const attachedEcho = (): [Channel, Recorder] => {
    const echo = echoChannel();
    const received = new Recorder();
    echo.attach(received);
    return [echo, received];
  };

  it('sends every message back', () => {
    const [echo, received] = attachedEcho();
    assert.equal(echo.send(text('one')), true);
    assert.equal(echo.send(Message.binary(Buffer.of(0, 255))), true);
    assert.deepEqual(received.received, ['one', [0, 255]]);
  });

  it('takes no more than its user reads', () => {
    const [echo, received] = attachedEcho();
    echo.pause();
    assert.equal(echo.send(text('one')), false);
    assert.equal(echo.bufferedAmount, 3);
    assert.deepEqual(received.received, []);
    echo.resume();
    assert.deepEqual(received.received, ['one', '(drained)']);
    assert.equal(echo.send(text('two')), true);
  });

  it('answers a Close with the same status, behind what waits', async () => {
    const [echo, received] = attachedEcho();
    echo.pause();
    echo.send(text('one'));
    echo.close({ code: 4001, reason: 'bye' });
    echo.resume();
    await settled();
    assert.deepEqual(received.received, ['one', '4001 bye']);
  });
});
