import assert from 'node:assert/strict';
import { Broker } from '../../../gateway/stomp/broker/broker.ts';
import { MessageIds } from '../../../gateway/stomp/broker/message-ids.ts';
import { defaultBrokerOptions } from '../../../gateway/stomp/broker/options.ts';
import { Publication } from '../../../gateway/stomp/broker/publication.ts';
import { Queue } from '../../../gateway/stomp/broker/queue.ts';
import { Store } from '../../../gateway/stomp/broker/store.ts';
import type { Subscription } from '../../../gateway/stomp/broker/subscription.ts';
import { DestinationPattern, splitDestination } from '../../../gateway/stomp/destination.ts';
import { NO_BODY, SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { encodeHeaders, readHeaders } from '../../../gateway/stomp/headers.ts';
import { frameLimits } from '../../../gateway/stomp/limits.ts';
import { VERSIONS } from '../../../gateway/stomp/version.ts';
import { cpuGrowth, cpuOf } from '../../support/cpu-growth.ts';
import { type StompEnd, stompPair } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';
import { Parsed } from './frames.ts';

/** Growth of linear work when its input doubles, with room for caches and collections. */
const LINEAR = 2.6;
/** Four times as many bytes are still in a processor's cache: scans outside of it are slower. */
const CACHED = 100_000;
const UNBOUNDED = { maxFrame: 1e9, maxHead: 1e9, maxHeaders: 1e9, maxLine: 1e9 };

function inBytes(text: string): Buffer[] {
  return Array.from(Buffer.from(text), (byte) => Buffer.of(byte));
}

const STREAMS: Record<string, [size: number, stream: (size: number) => Buffer[]]> = {
  'a body byte by byte': [4000, (size) => inBytes(`SEND\n\n${'x'.repeat(size)}\0`)],
  'a counted body byte by byte': [
    4000,
    (size) => inBytes(`SEND\ncontent-length:${size}\n\n${'x'.repeat(size)}\0`),
  ],
  'a header line byte by byte': [4000, (size) => inBytes(`SEND\nx:${'x'.repeat(size)}\n\n\0`)],
  'a body without its NUL in parts': [
    64,
    (size) => [Buffer.from('SEND\n\n'), ...Array.from({ length: size }, () => Buffer.alloc(4096, 120))],
  ],
  'a body without its NUL': [CACHED, (size) => [Buffer.from(`SEND\n\n${'x'.repeat(size)}`)]],
  'a line without its end': [CACHED, (size) => [Buffer.from(`SEND\nx:${'x'.repeat(size)}`)]],
  'many header lines': [
    2000,
    (size) => [Buffer.from(`SEND\n${Array.from({ length: size }, (_, i) => `${i}:\n`).join('')}\n\0`)],
  ],
  'the same header line many times': [2000, (size) => [Buffer.from(`SEND\n${'a:b\n'.repeat(size)}\n\0`)]],
  'many small frames': [2000, (size) => [Buffer.from('SEND\na:b\n\n\0'.repeat(size))]],
  'many frames that are not plain': [2000, (size) => [Buffer.from('SEND\na:\\c\n\nx\0'.repeat(size))]],
  'many heads just too long for the quick reader': [
    20,
    (size) => [Buffer.from(`SEND\nx:${'y'.repeat(1100)}\n\n\0`.repeat(size))],
  ],
  EOLs: [200_000, (size) => [Buffer.from('\n'.repeat(size))]],
};

describe('work on STOMP input grows no faster than the input', function () {
  this.timeout(60_000);

  for (const [name, [size, stream]] of Object.entries(STREAMS)) {
    it(`in the parser, for ${name}`, () => {
      const growth = cpuGrowth(size, stream, (arrivals) => {
        const { parser } = new Parsed(UNBOUNDED);
        for (const bytes of arrivals) parser.push(bytes);
      });
      assert.ok(growth < LINEAR, `${growth}`);
    });
  }

  for (const version of VERSIONS) {
    it(`for escapes in ${version}`, () => {
      const header = (size: number): Map<string, string> => new Map([['x', '\\\\\\n\\c'.repeat(size)]]);
      const growth = cpuGrowth(2000, header, (headers) => {
        encodeHeaders(readHeaders(headers, version), version);
      });
      assert.ok(growth < LINEAR, `${growth}`);
    });
  }

  it('for the words of a destination', () => {
    const patterns = ['a.'.repeat(3000).concat('#'), '*.'.repeat(3000).concat('b')];
    const growth = cpuGrowth(
      1000,
      (size) => 'a.'.repeat(size),
      (destination) => {
        const words = splitDestination(destination);
        for (const pattern of patterns) new DestinationPattern(pattern).matches(words);
      },
    );
    assert.ok(growth < LINEAR, `${growth}`);
  });

  it('for the largest head of a client: less than 5 ms', () => {
    const { maxHead, maxLine } = frameLimits(1e9);
    const line = `:${'\\\\\\n\\c'.repeat(maxLine / 6 - 2)}\n`;
    const lines = Array.from({ length: Math.floor(maxHead / line.length) }, (_, index) => index + line);
    const stream = Buffer.from(`SEND\n${lines.join('')}\n\0`);
    const cost = cpuOf(() => {
      const [frame] = new Parsed(frameLimits(1e9)).push(stream).found;
      assert.ok(frame);
      readHeaders(frame.headers, '1.2');
    });
    assert.ok(cost < 5000, `${cost} µs`);
  });
});

const OPTIONS = {
  ...defaultBrokerOptions,
  maxQueued: 1e9,
  maxStored: 1e12,
  maxUnacknowledged: 1e9,
  maxSubscriptions: 1e9,
  redeliveries: 1e9,
};

function brokerClients(count: number): StompEnd[] {
  const parts = stompParts({ clock: new TestClock() });
  const broker = new Broker(OPTIONS, parts);
  return Array.from({ length: count }, () => {
    const [channel, client] = stompPair(SERVER_COMMANDS);
    broker.accept(channel, { carrier: 'native', address: '', log: parts.log });
    client.onFrame = () => client.frames.splice(0);
    return client;
  });
}

/** Clients of one broker, connected. Each frame is forgotten once it has been handled. */
async function connectedClients(count: number): Promise<StompEnd[]> {
  const clients = brokerClients(count);
  await new Promise((resolve) => setImmediate(resolve));
  for (const client of clients) client.send('CONNECT', { 'accept-version': '1.2' });
  return clients;
}

describe('work of the embedded broker grows no faster than the number of commands', function () {
  this.timeout(60_000);

  it('when messages wait and are given back all at once', async () => {
    const [client] = (await connectedClients(1)) as [StompEnd];
    const growth = cpuGrowth(
      300,
      (size) => size,
      (size) => {
        for (let index = 0; index < size; index++) client.send('SEND', { destination: '/queue/a' });
        client.send('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client' });
        client.send('UNSUBSCRIBE', { id: 's' });
        client.send('SUBSCRIBE', { id: 's', destination: '/queue/a' });
        client.send('UNSUBSCRIBE', { id: 's' });
        client.messages.length = 0;
      },
    );
    assert.ok(growth < LINEAR, `${growth}`);
  });

  it('when a queue has many consumers that are not ready', () => {
    const { memory } = stompParts();
    const store = new Store(1e9, memory.account(''));
    const events = { dropped: () => {}, used: () => {}, idle: () => {} };
    const queue = new Queue('/queue/a', { maxQueued: 1e9, redeliveries: 0 }, store, events);
    let looks = 0;
    const consumer = (isReady: boolean): Subscription =>
      ({
        get isReady() {
          looks++;
          return isReady;
        },
        recipient: { version: '1.2', id: 's', acknowledges: false },
        deliver: () => {},
      }) as unknown as Subscription;
    const count = 1000;
    for (let index = 0; index < count; index++) queue.add(consumer(index === count / 2));
    const ids = new MessageIds();
    for (let index = 0; index < count; index++) {
      queue.publish(new Publication(ids, '/queue/a', new Map(), NO_BODY));
    }
    assert.ok(looks < 5 * count, `${looks} looks at ${count} consumers for ${count} messages`);
  });

  it('when one client has many subscriptions to one topic', async () => {
    const [client] = (await connectedClients(1)) as [StompEnd];
    const growth = cpuGrowth(
      100,
      (size) => size,
      (size) => {
        for (let index = 0; index < size; index++) {
          client.send('SUBSCRIBE', { id: `${index}`, destination: '/topic/a' });
        }
        client.send('SEND', { destination: '/topic/a' });
        for (let index = 0; index < size; index++) client.send('UNSUBSCRIBE', { id: `${index}` });
        client.messages.length = 0;
      },
    );
    assert.ok(growth < LINEAR, `${growth}`);
  });
});
