import assert from 'node:assert/strict';
import type { BrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { frameLimits } from '../../../gateway/stomp/limits.ts';
import { type StompEnd, settled } from '../../support/stomp/pair.ts';
import { ADDRESS, BrokerFixture, subscribe } from './broker-fixture.ts';

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
    it(`${name}, and ends that connection only`, async () => {
      const fixture = new BrokerFixture(options);
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

  it('with the receipt that the frame requested', async () => {
    const client = await new BrokerFixture().connect();
    client.send('SEND', { receipt: '77' });
    assert.equal(client.last().headers['receipt-id'], '77');
  });

  it('a wrong passcode, which the log does not show', async () => {
    const fixture = new BrokerFixture({ users: { anna: { passcode: 'secret-1' } } });
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

  it('a frame before CONNECT, and a large CONNECT', async () => {
    const fixture = new BrokerFixture();
    const [early, large] = [fixture.open(), fixture.open()];
    early.send('SEND', { destination: '/queue/a' });
    large.send('CONNECT', {}, 'x'.repeat(20_000));
    await settled();
    assert.equal(early.last().headers.message, 'not connected');
    assert.match(large.last().headers.message ?? '', /more than 16384 bytes/);
  });

  it('an id or a pattern that is too long', async () => {
    for (const headers of [
      { id: 'x'.repeat(1025), destination: '/topic/a' },
      { id: 's', destination: `/topic/${'a.'.repeat(70)}*` },
    ]) {
      const client = await new BrokerFixture().connect();
      client.send('SUBSCRIBE', headers);
      assert.match(client.last().headers.message ?? '', /too long|too many words/);
    }
  });

  it('too many patterns', async () => {
    const client = await new BrokerFixture({ maxPatterns: 1 }).connect();
    subscribe(client, '1', '/topic/a.*');
    subscribe(client, '2', '/topic/a.*');
    subscribe(client, '3', '/topic/b.*');
    assert.equal(client.last().headers.message, 'too many destinations with wildcards');
  });
});

describe('the memory budget of the embedded broker', () => {
  const cases: [string, (client: StompEnd) => void][] = [
    [
      'a queue',
      (client) => {
        for (let count = 0; count < 10; count++) {
          client.send('SEND', { destination: '/queue/a' }, 'x'.repeat(900));
        }
      },
    ],
    [
      'a transaction',
      (client) => {
        client.send('BEGIN', { transaction: 't' });
        for (let count = 0; count < 10; count++) {
          client.send('SEND', { destination: '/queue/a', transaction: 't' }, 'x'.repeat(900));
        }
      },
    ],
    ['an unfinished frame', (client) => client.write(`SEND\n\n${'x'.repeat(9000)}`)],
    [
      'deliveries that wait',
      (client) => {
        subscribe(client, 's', '/topic/a');
        client.channel.pause();
        for (let count = 0; count < 10; count++) {
          client.send('SEND', { destination: '/topic/a' }, 'x'.repeat(900));
        }
      },
    ],
  ];
  for (const [name, act] of cases) {
    it(`ends a connection with ERROR for ${name}, and leaves the others alone`, async () => {
      const fixture = new BrokerFixture({}, { memoryPerAddress: 6000 });
      const [client, other] = [await fixture.connect(), await fixture.connect()];
      act(client);
      await settled();
      client.channel.resume();
      await settled();
      assert.equal(client.last().headers.message, 'out of memory for clients');
      assert.match(fixture.lines.join('\n'), /GW_MEMORY.*--memory-per-address/);
      assert.equal(fixture.parts.memory.heldFor(ADDRESS), 0);
      other.send('BEGIN', { transaction: 't', receipt: 'fine' });
      assert.equal(other.last().headers['receipt-id'], 'fine');
    });
  }
});

describe('the log of the embedded broker', () => {
  it('says code, login, destination and the option that allows more', async () => {
    const fixture = new BrokerFixture({ maxQueued: 1, users: { anna: { passcode: 'secret' } } });
    const client = await fixture.connect({ login: 'anna', passcode: 'secret' });
    for (let count = 0; count < 2; count++) client.send('SEND', { destination: '/queue/a' });
    assert.deepEqual(fixture.lines, [
      `stomp error ${JSON.stringify({
        code: 'GW_STOMP_LIMIT',
        reason: 'the queue is full',
        login: 'anna',
        destination: '/queue/a',
        option: 'stomp.maxQueued',
        remoteAddress: '203.0.113.9',
        remedy: 'raise stomp.maxQueued',
      })}`,
    ]);
  });
});
