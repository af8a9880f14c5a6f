import assert from 'node:assert/strict';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { type StompEnd, stompPair } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';

const ADDRESS = '203.0.113.9';
const UNBOUNDED: Partial<BrokerOptions> = {
  maxQueued: 1e9,
  maxStored: 1e12,
  maxTransaction: 1e12,
  maxSubscriptions: 1e9,
  maxUnacknowledged: 1e9,
  maxBuffered: 1e12,
  maxQueues: 1e9,
};

/** A broker with one client, and what the broker counts. */
class Fixture {
  readonly parts = stompParts({ clock: new TestClock() });
  readonly #broker = new Broker({ ...defaultBrokerOptions, ...UNBOUNDED }, this.parts);

  connect(): StompEnd {
    const [channel, client] = stompPair(SERVER_COMMANDS);
    this.#broker.accept(channel, { carrier: 'native', address: ADDRESS, log: this.parts.log });
    client.send('CONNECT', { 'accept-version': '1.2' });
    return client;
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Counted bytes, divided by the bytes that the heap and the buffers grew by. */
async function ratio(act: (client: StompEnd, fixture: Fixture) => void): Promise<number> {
  // The first run compiles and fills caches: only the second is measured.
  for (const isMeasured of [false, true]) {
    const fixture = new Fixture();
    const client = fixture.connect();
    await settle();
    const countedBefore = fixture.parts.memory.held;
    const before = usedMemory();
    act(client, fixture);
    await settle();
    const grown = usedMemory() - before;
    const counted = fixture.parts.memory.held - countedBefore;
    if (isMeasured) return counted / grown;
    client.channel.close({ code: 1000, reason: '' });
    await settle();
  }
  throw new Error('unreachable');
}

const SIZES = [0, 1, 100, 100_000];

function countFor(size: number): number {
  return size < 10_000 ? 6000 : 100;
}

/** Messages of several sizes and kinds of headers. */
const MESSAGES: [string, number, Record<string, string>][] = [
  ...SIZES.map((size): [string, number, Record<string, string>] => [`${size} bytes`, size, {}]),
  ['1 byte and headers', 1, { 'content-type': 'application/json', trace: 'x'.repeat(60) }],
  ['1,025 bytes', 1025, {}],
];

describe('what the embedded broker counts is what it occupies', function () {
  this.timeout(60_000);

  for (const [name, size, headers] of MESSAGES) {
    it(`in a queue: messages of ${name}`, async () => {
      const body = 'x'.repeat(size);
      const counted = await ratio((client) => {
        for (let index = 0; index < countFor(size); index++) {
          client.send('SEND', { destination: '/queue/some-name-of-usual-length', ...headers }, body);
        }
      });
      assert.ok(counted >= 0.8 && counted <= 2, `counted ${counted} times the memory`);
    });

    it(`in a transaction: messages of ${name}`, async () => {
      const body = 'x'.repeat(size);
      const counted = await ratio((client) => {
        client.send('BEGIN', { transaction: 't' });
        for (let index = 0; index < countFor(size); index++) {
          client.send('SEND', { destination: '/queue/some-name', transaction: 't', ...headers }, body);
        }
      });
      assert.ok(counted >= 0.8 && counted <= 2, `counted ${counted} times the memory`);
    });
  }

  it('in a transaction: acknowledgements', async () => {
    const counted = await ratio((client) => {
      client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
      client.send('SEND', { destination: '/queue/a' }, 'x');
      const { ack } = client.last().headers;
      client.send('BEGIN', { transaction: 't' });
      for (let index = 0; index < 6000; index++) client.send('ACK', { id: ack, transaction: 't' });
    });
    assert.ok(counted >= 0.8 && counted <= 2, `counted ${counted} times the memory`);
  });

  for (const [name, destination] of [
    ['a topic each', (index: number) => `/topic/of-its-own-${index}`],
    ['one topic', () => '/topic/a'],
    ['a pattern each', (index: number) => `/topic/of-its-own-${index}.*`],
    ['one queue', () => '/queue/a'],
    ['a queue each', (index: number) => `/queue/of-its-own-${index}`],
  ] as const) {
    it(`in subscriptions: to ${name}`, async () => {
      const counted = await ratio((client) => {
        for (let index = 0; index < 2000; index++) {
          client.send('SUBSCRIBE', { id: `sub-${index}`, destination: destination(index) });
        }
      });
      assert.ok(counted >= 0.8 && counted <= 2, `counted ${counted} times the memory`);
    });
  }

  it('in messages that wait to be acknowledged', async () => {
    const counted = await ratio((client) => {
      client.send('SUBSCRIBE', { id: 's', destination: '/topic/a', ack: 'client' });
      for (let index = 0; index < 6000; index++) {
        client.send('SEND', { destination: '/topic/a' }, 'x');
        client.frames.length = 0;
        client.messages.length = 0;
      }
    });
    assert.ok(counted >= 0.8 && counted <= 2, `counted ${counted} times the memory`);
  });

  for (const size of SIZES) {
    it(`in deliveries that wait for a slow client: ${size} bytes`, async () => {
      const body = 'x'.repeat(size);
      const counted = await ratio((client) => {
        client.send('SUBSCRIBE', { id: 's', destination: '/topic/a' });
        client.channel.pause();
        for (let index = 0; index < countFor(size) / 2; index++) {
          client.send('SEND', { destination: '/topic/a' }, body);
        }
      });
      assert.ok(counted >= 0.8 && counted <= 2, `counted ${counted} times the memory`);
    });
  }
});
