import assert from 'node:assert/strict';
import type { Log } from '../../../gateway/base/log.ts';
import { silentLog } from '../../../gateway/base/log.ts';
import type { MemoryLimits } from '../../../gateway/base/memory-budget.ts';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { frameLimits } from '../../../gateway/stomp/limits.ts';
import { type StompEnd, settled, stompPair } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';

const ADDRESS = '203.0.113.9';

/** A broker in memory, and what it logged. */
class Fixture {
  readonly clock = new TestClock();
  readonly lines: string[] = [];
  readonly broker: Broker;
  readonly parts: ReturnType<typeof stompParts>;

  constructor(options: Partial<BrokerOptions> = {}, limits: Partial<MemoryLimits> = {}) {
    const say = (message: string, fields = {}) => this.lines.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { ...silentLog, info: say, warn: say, error: say, with: () => log };
    this.parts = stompParts({ clock: this.clock, log, limits });
    this.broker = new Broker({ ...defaultBrokerOptions, ...options }, this.parts);
  }

  open(carrier: 'native' | 'fallback' = 'native'): StompEnd {
    const [channel, end] = stompPair(SERVER_COMMANDS);
    assert.ok(this.broker.accept(channel, { carrier, address: ADDRESS, log: this.parts.log }));
    return end;
  }

  async connect(headers: Record<string, string> = {}): Promise<StompEnd> {
    const client = this.open();
    client.send('CONNECT', { 'accept-version': '1.2', ...headers });
    await settled();
    assert.equal(client.last().command, 'CONNECTED');
    return client;
  }
}

describe('a queue of the embedded broker', () => {
  it('gives a message out again on NACK, marked, and drops it with a line in the end', async () => {
    const fixture = new Fixture({ redeliveries: 2 });
    const client = await fixture.connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
    client.send('SEND', { destination: '/queue/a' }, 'bad');
    const marks: (string | undefined)[] = [];
    for (let count = 0; count < 3; count++) {
      const { headers } = client.last();
      marks.push(headers.redelivered);
      client.send('NACK', { id: headers.ack });
    }
    assert.deepEqual(marks, [undefined, 'true', 'true']);
    assert.deepEqual(client.take(), []);
    assert.match(fixture.lines.join('\n'), /^message dropped .*"\/queue\/a"/);
  });

  it('counts a lost consumer as one that gave it back', async () => {
    const fixture = new Fixture({ redeliveries: 1 });
    const subscription = { id: 's', destination: '/queue/a', ack: 'client' };
    (await fixture.connect()).send('SEND', { destination: '/queue/a' }, 'poison');
    for (let count = 0; count < 2; count++) {
      const client = await fixture.connect();
      client.send('SUBSCRIBE', subscription);
      assert.deepEqual(client.take(), ['MESSAGE poison']);
      client.channel.close({ code: 1006, reason: '' });
      await settled();
    }
    const last = await fixture.connect();
    last.send('SUBSCRIBE', subscription);
    assert.deepEqual(last.take(), []);
    assert.match(fixture.lines.join('\n'), /message dropped/);
  });

  it('gives back in order, in front of what waits', async () => {
    const fixture = new Fixture({ maxUnacknowledged: 2 });
    const first = await fixture.connect();
    first.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    for (const text of ['1', '2', '3', '4']) first.send('SEND', { destination: '/queue/a' }, text);
    assert.deepEqual(first.take(), ['MESSAGE 1', 'MESSAGE 2']);
    first.send('UNSUBSCRIBE', { id: 's' });
    const second = await fixture.connect();
    second.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    assert.deepEqual(second.take(), ['MESSAGE 1', 'MESSAGE 2', 'MESSAGE 3', 'MESSAGE 4']);
  });

  it('waits for a consumer that does not read', async () => {
    const fixture = new Fixture();
    const [slow, quick] = [await fixture.connect(), await fixture.connect()];
    slow.channel.pause();
    slow.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    slow.send('SEND', { destination: '/queue/a' }, 'for the slow one');
    for (let count = 0; count < 3; count++) slow.send('SEND', { destination: '/queue/a' }, 'more');
    quick.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    assert.deepEqual(quick.take(), ['MESSAGE more', 'MESSAGE more', 'MESSAGE more']);
    slow.channel.resume();
    assert.deepEqual(slow.take(), ['MESSAGE for the slow one']);
  });

  it('goes on when a consumer reads again', async () => {
    const fixture = new Fixture();
    const client = await fixture.connect();
    client.channel.pause();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    for (const text of ['1', '2', '3']) client.send('SEND', { destination: '/queue/a' }, text);
    client.channel.resume();
    assert.deepEqual(client.take(), ['MESSAGE 1', 'MESSAGE 2', 'MESSAGE 3']);
  });

  it('serves a consumer that acknowledges within the delivery, however much waits', async () => {
    const fixture = new Fixture({ maxQueued: 20_000, maxUnacknowledged: 1 });
    const client = await fixture.connect();
    for (let index = 0; index < 20_000; index++) client.send('SEND', { destination: '/queue/a' });
    let count = 0;
    client.onFrame = ({ headers }) => {
      count++;
      client.send('ACK', { id: headers.get('ack') });
    };
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
    await settled();
    assert.equal(count, 20_000);
    assert.equal(client.end, undefined);
  });

  it('drops nothing and doubles nothing when consumers come and go at every message', async () => {
    const fixture = new Fixture({ redeliveries: 1000 });
    const sender = await fixture.connect();
    for (let index = 0; index < 300; index++) sender.send('SEND', { destination: '/queue/a' }, String(index));
    const acknowledged: string[] = [];
    for (let turn = 0; turn < 300 && acknowledged.length < 300; turn++) {
      const client = await fixture.connect();
      client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
      for (const { headers, body } of client.frames.splice(0, 7)) {
        client.send('ACK', { id: headers.get('ack') });
        acknowledged.push(body.toString());
      }
      client.channel.close({ code: 1000, reason: '' });
      await settled();
    }
    assert.deepEqual(
      acknowledged.map(Number),
      Array.from({ length: 300 }, (_, index) => index),
    );
  });
});

describe('a topic of the embedded broker', () => {
  it('sends subscribers with the same id the very same message', async () => {
    const fixture = new Fixture();
    const clients = await Promise.all(Array.from({ length: 5 }, () => fixture.connect()));
    for (const client of clients) client.send('SUBSCRIBE', { id: 'sub-0', destination: '/topic/a' });
    clients[0]?.send('SEND', { destination: '/topic/a' }, 'to all');
    const messages = new Set(clients.map((client) => client.messages.at(-1)));
    assert.equal(messages.size, 1);
  });

  for (const [pattern, matching, others] of [
    ['/topic/a.*', ['/topic/a.b'], ['/topic/a', '/topic/a.b.c', '/topic/ab']],
    ['/topic/*.b', ['/topic/a.b'], ['/topic/b', '/topic/a.a.b']],
    ['/topic/a.#', ['/topic/a', '/topic/a.b', '/topic/a.b.c'], ['/topic/ab', '/topic/b.a']],
    ['/topic/a.>', ['/topic/a', '/topic/a.b', '/topic/a.b.c'], ['/topic/ab']],
    ['/topic/#', ['/topic/a', '/topic/a.b'], ['/queue/a']],
    ['/topic/a', ['/topic/a'], ['/topic/a.b', '/topic/b']],
  ] as const) {
    it(`matches ${pattern}`, async () => {
      const client = await new Fixture().connect();
      client.send('SUBSCRIBE', { id: 's', destination: pattern });
      for (const destination of [...others, ...matching]) client.send('SEND', { destination }, destination);
      assert.deepEqual(
        client.take(),
        matching.map((destination) => `MESSAGE ${destination}`),
      );
    });
  }

  it('lets nobody set what is the broker’s to set', async () => {
    const client = await new Fixture().connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/topic/a' });
    const forged = { 'message-id': 'x', subscription: 'y', ack: 'z', redelivered: 'true', receipt: 'r' };
    client.send('SEND', { destination: '/topic/a', ...forged, mine: '1' }, 'x');
    const { headers } = client.last().command === 'RECEIPT' ? await again(client) : client.last();
    assert.deepEqual(Object.keys(headers).sort(), [
      'content-length',
      'destination',
      'message-id',
      'mine',
      'subscription',
    ]);
    assert.equal(headers.subscription, 's');
  });
});

describe('what the embedded broker answers with ERROR', () => {
  const cases: [string, Partial<BrokerOptions>, (client: StompEnd) => void, RegExp][] = [
    [
      'a destination that is neither queue nor topic',
      {},
      (client) => client.send('SEND', { destination: '/x/a' }),
      /^a destination is/,
    ],
    [
      'a SEND to a pattern',
      {},
      (client) => client.send('SEND', { destination: '/topic/#' }),
      /without wildcards/,
    ],
    [
      'a pattern that goes on behind its end',
      {},
      (client) => subscribe(client, 's', '/topic/#.a'),
      /stand at the end/,
    ],
    ['a queue with wildcards', {}, (client) => subscribe(client, 's', '/queue/*'), /has no wildcards/],
    [
      'an unknown ack mode',
      {},
      (client) => client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'x' }),
      /^ack is one of/,
    ],
    ['a second CONNECT', {}, (client) => client.send('CONNECT', {}), /^connected already/],
    [
      'the same subscription twice',
      {},
      (client) => [1, 2].map(() => subscribe(client, 's', '/topic/a')),
      /there already/,
    ],
    [
      'a transaction begun twice',
      {},
      (client) => [1, 2].map(() => client.send('BEGIN', { transaction: 't' })),
      /begun already/,
    ],
    [
      'a transaction that was not begun',
      {},
      (client) => client.send('SEND', { destination: '/queue/a', transaction: 't' }),
      /no such transaction/,
    ],
    [
      'an undefined escape',
      {},
      (client) => client.write('SEND\ndestination:/queue/a\nx:\\t\n\n\0'),
      /undefined escape/,
    ],
    [
      'a frame beyond its bound',
      { frame: frameLimits(1000) },
      (client) => client.send('SEND', { destination: '/topic/a' }, 'x'.repeat(1000)),
      /more than 1000 bytes/,
    ],
    [
      'too many subscriptions',
      { maxSubscriptions: 2 },
      (client) => ['a', 'b', 'c'].map((id) => subscribe(client, id, '/topic/a')),
      /^too many subscriptions/,
    ],
    [
      'too many transactions',
      { maxTransactions: 1 },
      (client) => ['a', 'b'].map((transaction) => client.send('BEGIN', { transaction })),
      /^too many transactions/,
    ],
    [
      'a transaction that grows too large',
      { maxTransaction: 1000 },
      (client) => {
        client.send('BEGIN', { transaction: 't' });
        client.send('SEND', { destination: '/queue/a', transaction: 't' }, 'x'.repeat(1000));
      },
      /too large/,
    ],
    [
      'a full queue',
      { maxQueued: 2 },
      (client) => [1, 2, 3].map(() => client.send('SEND', { destination: '/queue/a' })),
      /^the queue is full/,
    ],
    [
      'full queues',
      { maxStored: 1000 },
      (client) => client.send('SEND', { destination: '/queue/a' }, 'x'.repeat(1000)),
      /^the queues are full/,
    ],
    [
      'too many queues',
      { maxQueues: 2 },
      (client) => ['a', 'b', 'c'].map((name) => client.send('SEND', { destination: `/queue/${name}` })),
      /^too many queues/,
    ],
    [
      'a topic’s messages that are not acknowledged',
      { maxUnacknowledged: 2 },
      (client) => {
        client.send('SUBSCRIBE', { id: 's', destination: '/topic/a', ack: 'client' });
        for (let count = 0; count < 3; count++) client.send('SEND', { destination: '/topic/a' });
      },
      /not acknowledged/,
    ],
  ];
  for (const [name, options, act, message] of cases) {
    it(`${name}, and ends that connection alone`, async () => {
      const fixture = new Fixture(options);
      const [client, other] = [await fixture.connect(), await fixture.connect()];
      act(client);
      await settled();
      const error = client.last();
      assert.equal(error.command, 'ERROR');
      assert.match(error.headers.message ?? '', message);
      assert.equal(client.end?.code, 1002);
      other.send('BEGIN', { transaction: 't', receipt: 'fine' });
      assert.equal(other.last().headers['receipt-id'], 'fine');
    });
  }

  it('with the receipt that was asked for', async () => {
    const client = await new Fixture().connect();
    client.send('SEND', { receipt: '77' });
    assert.equal(client.last().headers['receipt-id'], '77');
  });

  it('a wrong passcode, of which the log says nothing', async () => {
    const fixture = new Fixture({ users: { anna: 'secret-1' } });
    await fixture.connect({ login: 'anna', passcode: 'secret-1' });
    for (const credentials of [
      { login: 'anna', passcode: 'secret-2' },
      { login: 'bert', passcode: '' },
      {},
    ]) {
      const client = fixture.open();
      client.send('CONNECT', { 'accept-version': '1.2', ...credentials });
      await settled();
      assert.equal(client.last().headers.message, 'bad login');
    }
    assert.doesNotMatch(fixture.lines.join('\n'), /secret/);
  });

  it('a frame before CONNECT, and a large one', async () => {
    const fixture = new Fixture();
    const [early, large] = [fixture.open(), fixture.open()];
    early.send('SEND', { destination: '/queue/a' });
    large.send('CONNECT', {}, 'x'.repeat(20_000));
    await settled();
    assert.equal(early.last().headers.message, 'not connected');
    assert.match(large.last().headers.message ?? '', /more than 16384 bytes/);
  });
});

describe('the time of the embedded broker', () => {
  it('ends a connection on which nobody connects', async () => {
    const fixture = new Fixture();
    const client = fixture.open();
    await settled();
    fixture.clock.advance(10_000);
    assert.equal(client.last().headers.message, 'no CONNECT in time');
  });

  it('beats in a pause and not in between', async () => {
    const fixture = new Fixture();
    const client = await fixture.connect({ 'heart-beat': '0,4000' });
    fixture.clock.advance(2999);
    assert.equal(client.heartBeats, 0);
    fixture.clock.advance(1);
    assert.equal(client.heartBeats, 1);
    fixture.clock.advance(2000);
    client.send('BEGIN', { transaction: 't', receipt: 'r' });
    fixture.clock.advance(2000);
    assert.equal(client.heartBeats, 1);
    fixture.clock.advance(1000);
    assert.equal(client.heartBeats, 2);
  });

  it('gives up a client that is silent for twice what it promised', async () => {
    const fixture = new Fixture();
    const client = await fixture.connect({ 'heart-beat': '4000,0' });
    fixture.clock.advance(7000);
    client.write('\n');
    fixture.clock.advance(7999);
    assert.deepEqual(client.frames, []);
    fixture.clock.advance(1);
    assert.equal(client.last().headers.message, 'no heart-beat');
    assert.equal(fixture.clock.timers, 0);
  });

  it('leaves no timer behind a client that went', async () => {
    const fixture = new Fixture();
    const client = await fixture.connect({ 'heart-beat': '4000,4000' });
    client.channel.close({ code: 1001, reason: '' });
    await settled();
    assert.equal(fixture.clock.timers, 0);
    assert.equal(client.end?.code, 1001);
  });
});

describe('a client of the embedded broker that does not read', () => {
  it('gets no more at its bound, and the others do', async () => {
    const fixture = new Fixture({ maxBuffered: 10_000 });
    const [slow, quick] = [await fixture.connect(), await fixture.connect()];
    for (const client of [slow, quick]) subscribe(client, 's', '/topic/a');
    slow.channel.pause();
    for (let count = 0; count < 20; count++)
      quick.send('SEND', { destination: '/topic/a' }, 'x'.repeat(1000));
    await settled();
    assert.equal(quick.take().length, 20);
    assert.match(fixture.lines.join('\n'), /too much waits to be read/);
    assert.ok(slow.channel.bufferedAmount === 0 && slow.take().length === 0);
    slow.channel.resume();
    const told = slow.take();
    // What waited is not kept for a page that may be frozen for good.
    assert.ok(told.length < 4, `${told.length} frames`);
    assert.match(told.at(-1) ?? '', /^ERROR too much waits/);
    assert.equal(slow.end?.code, 1002);
  });
});

describe('a client of the embedded broker that reads late', () => {
  it('gets everything in its order, with what it was answered before the end', async () => {
    const client = await new Fixture().connect();
    subscribe(client, 's', '/topic/a');
    client.channel.pause();
    for (let count = 0; count < 5; count++) client.send('SEND', { destination: '/topic/a' }, String(count));
    client.send('DISCONNECT', { receipt: 'bye' });
    client.channel.resume();
    await settled();
    const messages = ['0', '1', '2', '3', '4'].map((text) => `MESSAGE ${text}`);
    assert.deepEqual(client.take(), [...messages, 'RECEIPT']);
    assert.equal(client.end?.code, 1000);
  });
});

describe('a transaction of the embedded broker', () => {
  it('that comes too late leaves a queue to those who have it then', async () => {
    const fixture = new Fixture();
    const late = await fixture.connect();
    late.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    late.send('SEND', { destination: '/queue/a' }, 'first');
    const { ack } = late.last().headers;
    late.send('BEGIN', { transaction: 't' });
    late.send('ACK', { id: ack, transaction: 't' });
    late.send('UNSUBSCRIBE', { id: 's' });
    const other = await fixture.connect();
    subscribe(other, 's', '/queue/a');
    other.send('UNSUBSCRIBE', { id: 's' });
    subscribe(other, 's', '/queue/a');
    late.send('COMMIT', { transaction: 't' });
    late.send('SEND', { destination: '/queue/a' }, 'second');
    assert.deepEqual(other.take(), ['MESSAGE first', 'MESSAGE second']);
  });

  it('is committed once', async () => {
    const client = await new Fixture().connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    client.send('BEGIN', { transaction: 't' });
    client.send('SEND', { destination: '/queue/a', transaction: 't' }, 'once');
    client.send('COMMIT', { transaction: 't' });
    client.send('COMMIT', { transaction: 't' });
    assert.deepEqual(client.take(), ['MESSAGE once', 'ERROR no such transaction']);
  });

  it('acknowledges when it is committed, and twice the same does no harm', async () => {
    const fixture = new Fixture();
    const client = await fixture.connect();
    client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
    for (const text of ['1', '2', '3']) client.send('SEND', { destination: '/queue/a' }, text);
    const acks = client.frames.splice(0).map(({ headers }) => headers.get('ack'));
    client.send('BEGIN', { transaction: 't' });
    client.send('ACK', { id: acks[1], transaction: 't' });
    client.send('ACK', { id: acks[0], transaction: 't' });
    client.send('COMMIT', { transaction: 't' });
    client.channel.close({ code: 1000, reason: '' });
    await settled();
    const next = await fixture.connect();
    subscribe(next, 's', '/queue/a');
    assert.deepEqual(next.take(), ['MESSAGE 3']);
  });
});

function subscribe(client: StompEnd, id: string, destination: string): void {
  client.send('SUBSCRIBE', { id, destination });
}

/** A message that comes behind a receipt. */
async function again(client: StompEnd): Promise<ReturnType<StompEnd['last']>> {
  client.send('SEND', { destination: '/topic/a', 'message-id': 'x', subscription: 'y', mine: '1' }, 'x');
  return client.last();
}
