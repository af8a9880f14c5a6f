import assert from 'node:assert/strict';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { usedMemory } from '../../support/machine/memory.ts';
import { type StompEnd, settled, stompPair } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';

const UNBOUNDED: Partial<BrokerOptions> = {
  maxQueued: 1e9,
  maxStored: 1e12,
  maxTransaction: 1e12,
  maxSubscriptions: 1e9,
  maxUnacknowledged: 1e9,
  maxBuffered: 1e12,
  maxQueues: 1e9,
};

/**
 * Checks that a broker counts 0.8 to 2 times the memory that it occupies after `act`. It acts
 * several times on one connection: what else the process does also moves the heap, and a first run
 * compiles code, so one right run of several is enough.
 */
async function assertCounted(
  prepare: (client: StompEnd) => void,
  act: (client: StompEnd, run: number) => void,
): Promise<void> {
  const parts = stompParts({ clock: new TestClock() });
  const broker = new Broker({ ...defaultBrokerOptions, ...UNBOUNDED }, parts);
  const [channel, client] = stompPair(SERVER_COMMANDS);
  broker.accept(channel, { carrier: 'native', address: 'client', log: parts.log });
  client.send('CONNECT', { 'accept-version': '1.2' });
  await settled();
  prepare(client);
  const ratios: number[] = [];
  for (let run = 0; run < 5; run++) {
    const counted = parts.memory.held;
    const used = usedMemory();
    act(client, run);
    await settled();
    const ratio = (parts.memory.held - counted) / (usedMemory() - used);
    ratios.push(ratio);
    if (run > 0 && ratio >= 0.8 && ratio <= 2) return;
  }
  assert.fail(`counted ${ratios.join(', ')} times the memory`);
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

function times(count: number, act: (index: number) => void): void {
  for (let index = 0; index < count; index++) act(index);
}

describe('what the embedded broker counts is what it occupies', function () {
  this.timeout(60_000);
  // What else the process does moves the heap, too: now and then in all runs of one test.
  this.retries(3);

  for (const [name, size, headers] of MESSAGES) {
    const body = 'x'.repeat(size);

    it(`in a queue: messages of ${name}`, () =>
      assertCounted(
        () => {},
        (client) =>
          times(countFor(size), () =>
            client.send('SEND', { destination: '/queue/some-name-of-usual-length', ...headers }, body),
          ),
      ));

    it(`in a transaction: messages of ${name}`, () =>
      assertCounted(
        (client) => client.send('BEGIN', { transaction: 't' }),
        (client) =>
          times(countFor(size), () =>
            client.send('SEND', { destination: '/queue/some-name', transaction: 't', ...headers }, body),
          ),
      ));
  }

  it('in a transaction: acknowledgements', () => {
    let ack: string | undefined;
    return assertCounted(
      (client) => {
        client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
        client.send('SEND', { destination: '/queue/a' }, 'x');
        ack = client.last().headers.ack;
        client.send('BEGIN', { transaction: 't' });
      },
      (client) => times(6000, () => client.send('ACK', { id: ack, transaction: 't' })),
    );
  });

  for (const [name, destination] of [
    ['a topic each', (id: string) => `/topic/of-its-own-${id}`],
    ['one topic', () => '/topic/a'],
    ['a pattern each', (id: string) => `/topic/of-its-own-${id}.*`],
    ['one queue', () => '/queue/a'],
    ['a queue each', (id: string) => `/queue/of-its-own-${id}`],
  ] as const) {
    it(`in subscriptions: to ${name}`, () =>
      assertCounted(
        () => {},
        (client, run) =>
          times(1500, (index) => {
            const id = `sub-${run}-${index}`;
            client.send('SUBSCRIBE', { id, destination: destination(id) });
          }),
      ));
  }

  it('in messages that wait to be acknowledged', () =>
    assertCounted(
      (client) => {
        client.send('SUBSCRIBE', { id: 's', destination: '/topic/a', ack: 'client' });
        client.onFrame = () => {
          client.frames.length = 0;
          client.messages.length = 0;
        };
      },
      (client) => times(6000, () => client.send('SEND', { destination: '/topic/a' }, 'x')),
    ));

  for (const size of SIZES) {
    it(`in deliveries that wait for a slow client: ${size} bytes`, () => {
      const body = 'x'.repeat(size);
      return assertCounted(
        (client) => {
          client.send('SUBSCRIBE', { id: 's', destination: '/topic/a' });
          client.channel.pause();
        },
        (client) => times(countFor(size), () => client.send('SEND', { destination: '/topic/a' }, body)),
      );
    });
  }
});
