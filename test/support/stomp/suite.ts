import assert from 'node:assert/strict';
import { StompClient } from './stomp-client.ts';

/** A broker under test. */
export interface BrokerUnderTest {
  /** A TCP port, or the address of a WebSocket. */
  readonly at: number | string;
  readonly login?: string;
  readonly passcode?: string;
}

/**
 * What the embedded broker, RabbitMQ and ActiveMQ all do. NACK is in `differences.ts`: RabbitMQ
 * delivers the message again, ActiveMQ moves it to another queue.
 */
export function brokerSuite(broker: () => BrokerUnderTest): void {
  let clients: StompClient[] = [];
  let count = 0;

  afterEach(() => {
    for (const client of clients) client.end();
    clients = [];
  });

  const open = async (): Promise<StompClient> => {
    const client = await StompClient.open(broker().at);
    clients.push(client);
    return client;
  };

  const credentials = () => ({ login: broker().login, passcode: broker().passcode });

  const connect = async (version = '1.2', headers: Record<string, string> = {}): Promise<StompClient> => {
    const client = await open();
    const accepted = version === '1.0' ? {} : { 'accept-version': version, host: '/' };
    client.send('CONNECT', { ...accepted, ...credentials(), ...headers });
    const connected = await client.next('CONNECTED');
    if (version !== '1.0') assert.equal(connected.headers.get('version'), version);
    return client;
  };

  /** A destination that no other test has. */
  const fresh = (kind: 'queue' | 'topic'): string => `/${kind}/suite-${process.pid}-${++count}`;

  for (const [accepted, version] of [
    ['1.0', '1.0'],
    ['1.1', '1.1'],
    ['1.2', '1.2'],
    ['1.0,1.1,1.2', '1.2'],
    ['1.1,9.9', '1.1'],
  ]) {
    it(`settles on ${version} of ${accepted}`, async () => {
      const client = await open();
      client.send('CONNECT', { 'accept-version': accepted, host: '/', ...credentials() });
      assert.equal((await client.next('CONNECTED')).headers.get('version'), version);
    });
  }

  it('takes STOMP for CONNECT', async () => {
    const client = await open();
    client.send('STOMP', { 'accept-version': '1.2', host: '/', ...credentials() });
    await client.next('CONNECTED');
  });

  it('answers an unknown version with ERROR and the end', async () => {
    const client = await open();
    client.send('CONNECT', { 'accept-version': '9.9', host: '/', ...credentials() });
    await client.next('ERROR');
    await client.closed;
  });

  for (const version of ['1.0', '1.1', '1.2']) {
    describe(`in version ${version}`, () => {
      it('brings a message from a queue, with what it was sent with', async () => {
        const client = await connect(version);
        const destination = fresh('queue');
        await client.ask('SUBSCRIBE', { id: 's1', destination });
        await client.ask('SEND', { destination, colour: 'blue', 'content-type': 'text/plain' }, 'hello');
        const { text, headers } = await client.message();
        assert.equal(text, 'hello');
        assert.equal(headers.destination, destination);
        assert.equal(headers.colour, 'blue');
        assert.equal(headers['content-type'], 'text/plain');
        assert.ok(headers['message-id']);
        if (version !== '1.0') assert.equal(headers.subscription, 's1');
      });

      it('gives out what a client that went had not acknowledged', async () => {
        const first = await connect(version);
        const destination = fresh('queue');
        await first.ask('SUBSCRIBE', { id: 's1', destination, ack: 'client' });
        await first.ask('SEND', { destination }, 'one');
        await first.ask('SEND', { destination }, 'two');
        const { frame } = await first.message();
        await first.message();
        await first.ask('ACK', first.acknowledgement(frame, version));
        first.end();
        const second = await connect(version);
        await second.ask('SUBSCRIBE', { id: 's1', destination });
        assert.equal((await second.message()).text, 'two');
        await second.ask('UNSUBSCRIBE', {
          id: 's1',
          destination: version === '1.0' ? destination : undefined,
        });
        assert.deepEqual(second.frames, []);
      });

      it('sends what is in a transaction when it is committed', async () => {
        const client = await connect(version);
        const destination = fresh('queue');
        await client.ask('SUBSCRIBE', { id: 's1', destination });
        await client.ask('BEGIN', { transaction: 't1' });
        // RabbitMQ gives the receipt of what is in a transaction when it is committed.
        client.send('SEND', { destination, transaction: 't1' }, 'in it');
        await client.ask('SEND', { destination }, 'beside it');
        assert.equal((await client.message()).text, 'beside it');
        await client.ask('COMMIT', { transaction: 't1' });
        const { text, headers } = await client.message();
        assert.equal(text, 'in it');
        assert.equal(headers.destination, destination);
      });

      it('forgets what is in a transaction that is aborted', async () => {
        const client = await connect(version);
        const destination = fresh('queue');
        await client.ask('SUBSCRIBE', { id: 's1', destination });
        await client.ask('BEGIN', { transaction: 't1' });
        client.send('SEND', { destination, transaction: 't1' }, 'in it');
        await client.ask('ABORT', { transaction: 't1' });
        await client.ask('SEND', { destination }, 'behind it');
        assert.equal((await client.message()).text, 'behind it');
      });
    });
  }

  it('answers every frame that asks with a receipt', async () => {
    const client = await connect();
    const destination = fresh('queue');
    await client.ask('SUBSCRIBE', { id: 's1', destination, ack: 'client-individual' });
    await client.ask('BEGIN', { transaction: 't1' });
    client.send('SEND', { destination, transaction: 't1', receipt: 'sent' }, 'x');
    await client.ask('COMMIT', { transaction: 't1' });
    await client.next('RECEIPT', ({ headers }) => headers.get('receipt-id') === 'sent');
    const { frame } = await client.message();
    await client.ask('ACK', client.acknowledgement(frame, '1.2'));
    await client.ask('BEGIN', { transaction: 't2' });
    await client.ask('ABORT', { transaction: 't2' });
    await client.ask('UNSUBSCRIBE', { id: 's1' });
    await client.ask('DISCONNECT');
    await client.closed;
  });

  it('keeps messages of a queue until there is a consumer', async () => {
    const sender = await connect();
    const destination = fresh('queue');
    await sender.ask('SEND', { destination }, 'one');
    await sender.ask('SEND', { destination }, 'two');
    const reader = await connect();
    reader.send('SUBSCRIBE', { id: 's1', destination });
    assert.equal((await reader.message()).text, 'one');
    assert.equal((await reader.message()).text, 'two');
  });

  it('gives each message of a queue to one consumer', async () => {
    const destination = fresh('queue');
    const readers = [await connect(), await connect()];
    for (const reader of readers) await reader.ask('SUBSCRIBE', { id: 's1', destination });
    const sender = await connect();
    for (let index = 0; index < 10; index++) await sender.ask('SEND', { destination }, String(index));
    const [a = [], b = []] = await Promise.all(
      readers.map(async (reader) => {
        const texts: string[] = [];
        for (let index = 0; index < 5; index++) texts.push((await reader.message()).text);
        return texts;
      }),
    );
    assert.deepEqual([...a, ...b].sort(), [...'0123456789']);
  });

  it('sends a message of a topic to all who are subscribed, its sender among them', async () => {
    const destination = fresh('topic');
    const clients = [await connect('1.0'), await connect('1.1'), await connect('1.2')];
    for (const client of clients) await client.ask('SUBSCRIBE', { id: 's1', destination });
    await clients[0]?.ask('SEND', { destination }, 'to all');
    for (const client of clients) assert.equal((await client.message()).text, 'to all');
  });

  it('keeps nothing of a topic for those who come later', async () => {
    const destination = fresh('topic');
    const client = await connect();
    await client.ask('SEND', { destination }, 'too early');
    await client.ask('SUBSCRIBE', { id: 's1', destination });
    await client.ask('SEND', { destination }, 'in time');
    assert.equal((await client.message()).text, 'in time');
  });

  it('matches * with one word of a topic', async () => {
    const destination = fresh('topic');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's1', destination: `${destination}.*.c` });
    await client.ask('SEND', { destination: `${destination}.b.b.c` }, 'two words');
    await client.ask('SEND', { destination: `${destination}.b.c` }, 'one word');
    assert.equal((await client.message()).text, 'one word');
  });

  for (const { ack, acknowledges, left } of [
    { ack: 'client', acknowledges: 'all up to a message', left: ['three'] },
    { ack: 'client-individual', acknowledges: 'each message apart', left: ['one', 'three'] },
  ]) {
    it(`acknowledges ${acknowledges} in mode ${ack}`, async () => {
      const destination = fresh('queue');
      const first = await connect();
      await first.ask('SUBSCRIBE', { id: 's1', destination, ack });
      for (const text of ['one', 'two', 'three']) await first.ask('SEND', { destination }, text);
      await first.message();
      const { frame } = await first.message();
      await first.message();
      await first.ask('ACK', first.acknowledgement(frame, '1.2'));
      first.end();
      const second = await connect();
      await second.ask('SUBSCRIBE', { id: 's1', destination });
      for (const text of left) assert.equal((await second.message()).text, text);
    });
  }

  it('sends nothing more after UNSUBSCRIBE', async () => {
    const destination = fresh('topic');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's1', destination });
    await client.ask('UNSUBSCRIBE', { id: 's1' });
    await client.ask('SEND', { destination }, 'to nobody');
    await client.ask('SUBSCRIBE', { id: 's2', destination });
    await client.ask('SEND', { destination }, 'again');
    assert.equal((await client.message()).text, 'again');
  });

  it('takes a transaction’s acknowledgement back when it is aborted', async () => {
    const destination = fresh('queue');
    const first = await connect();
    await first.ask('SUBSCRIBE', { id: 's1', destination, ack: 'client-individual' });
    await first.ask('SEND', { destination }, 'one');
    const { frame } = await first.message();
    await first.ask('BEGIN', { transaction: 't1' });
    await first.ask('ACK', { ...first.acknowledgement(frame, '1.2'), transaction: 't1' });
    await first.ask('ABORT', { transaction: 't1' });
    first.end();
    const second = await connect();
    await second.ask('SUBSCRIBE', { id: 's1', destination });
    assert.equal((await second.message()).text, 'one');
  });

  it('keeps colons, line breaks and backslashes of a header', async () => {
    const destination = fresh('queue');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's1', destination });
    await client.ask('SEND', { destination, odd: 'a\\cb\\nc\\\\d\\re' }, 'x');
    assert.equal((await client.message()).headers.odd, 'a\\cb\\nc\\\\d\\re');
  });

  it('carries bytes, a NUL and what is no UTF-8 among them', async () => {
    const destination = fresh('queue');
    const client = await connect();
    const body = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
    await client.ask('SUBSCRIBE', { id: 's1', destination });
    await client.ask('SEND', { destination, 'content-type': 'application/octet-stream' }, body);
    assert.deepEqual((await client.message()).frame.body, body);
  });

  for (const size of [40_000, 300_000]) {
    it(`carries ${size} characters of UTF-8 with emoji`, async () => {
      const destination = fresh('queue');
      const client = await connect();
      const text = 'grüße 😀 '.repeat(size / 8);
      await client.ask('SUBSCRIBE', { id: 's1', destination });
      await client.ask('SEND', { destination, 'content-type': 'text/plain;charset=utf-8' }, text);
      assert.equal((await client.message()).text, text);
    });
  }

  it('takes a frame in parts, and several at once', async () => {
    const destination = fresh('queue');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's1', destination });
    const frame = `SEND\ndestination:${destination}\n\nparts\0`;
    for (const byte of frame) {
      client.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await client.message()).text, 'parts');
    client.write(`\n\r\n${frame}\n\n${frame}${frame}\r\n`);
    for (let index = 0; index < 3; index++) assert.equal((await client.message()).text, 'parts');
  });

  it('ends a body without content-length at its NUL', async () => {
    const destination = fresh('queue');
    const client = await connect();
    await client.ask('SUBSCRIBE', { id: 's1', destination });
    client.write(`SEND\ndestination:${destination}\n\nfirst\0\nSEND\ndestination:${destination}\n\n\0`);
    assert.equal((await client.message()).text, 'first');
    assert.equal((await client.message()).text, '');
  });

  it('beats, and takes beats, as it was agreed', async () => {
    const client = await connect('1.2', { 'heart-beat': '2000,2000' });
    const beat = setInterval(() => client.write('\n'), 1000);
    const started = performance.now();
    while (client.heartBeats < 3 && performance.now() - started < 15_000) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    clearInterval(beat);
    assert.ok(client.heartBeats >= 3, `${client.heartBeats} heart-beats`);
    await client.ask('SEND', { destination: fresh('topic') }, 'still there');
  });

  it('gives up a client that does not beat as it promised', async () => {
    const client = await connect('1.2', { 'heart-beat': '500,0' });
    const started = performance.now();
    await client.closed;
    assert.ok(performance.now() - started < 15_000);
  });

  for (const [name, command, headers] of [
    ['a SEND without a destination', 'SEND', {}],
    ['a SUBSCRIBE without a destination', 'SUBSCRIBE', { id: 's1' }],
    ['an UNSUBSCRIBE of what is not there', 'UNSUBSCRIBE', { id: 'nowhere' }],
    ['an ACK of what was not given out', 'ACK', { id: 'nothing' }],
    ['a COMMIT of what was not begun', 'COMMIT', { transaction: 'none' }],
    ['an unknown command', 'HELLO', {}],
  ] as const) {
    it(`answers ${name} with ERROR`, async () => {
      const client = await connect();
      client.send(command, headers);
      assert.ok((await client.next('ERROR')).headers.get('message'));
    });
  }
}
