import assert from 'node:assert/strict';
import type { Handshake } from '../../../gateway/backend/backend.ts';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import type { MemoryBudget, MemoryLimits } from '../../../gateway/base/memory-budget.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { CLIENT_COMMANDS, SERVER_COMMANDS } from '../../../gateway/stomp/frame.ts';
import { frameLimits } from '../../../gateway/stomp/limits.ts';
import { NO_RULES, type RelayRules } from '../../../gateway/stomp/relay/options.ts';
import { framedBackend } from '../../../gateway/stomp/relay/relay.ts';
import { handshake } from '../../support/servers/upstreams.ts';
import { StompEnd, settled } from '../../support/stomp/pair.ts';
import { stompParts } from '../../support/stomp/parts.ts';
import { TestClock } from '../../support/test-clock.ts';

interface Fixture {
  readonly client: StompEnd;
  readonly broker: StompEnd;
  readonly clock: TestClock;
  readonly lines: string[];
  readonly memory: MemoryBudget;
}

/** A relay between a client and a broker that are both driven by the test. */
async function relay(
  rules: Partial<RelayRules> = {},
  carrier: Handshake['carrier'] = 'native',
  limits: Partial<MemoryLimits> = {},
): Promise<Fixture> {
  const [brokerChannel, brokerFar] = channelPair();
  const clock = new TestClock();
  const lines: string[] = [];
  const say = (message: string, fields = {}) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { ...silentLog, info: say, warn: say, error: say, with: () => log };
  const plain = {
    name: 'in memory',
    connect: async () => ({ channel: brokerChannel, protocol: 'v11.stomp' }),
  };
  const options = {
    ...NO_RULES,
    ...rules,
    frame: frameLimits(100_000),
    heartBeat: 10_000,
    connectTimeout: 7000,
  };
  const parts = stompParts({ clock, log, limits });
  const backend = framedBackend(plain, options, parts);
  const { channel } = await backend.connect(handshake({ carrier }), new AbortController().signal);
  const fixture = {
    client: new StompEnd(channel, SERVER_COMMANDS),
    broker: new StompEnd(brokerFar, CLIENT_COMMANDS),
    clock,
    lines,
    memory: parts.memory,
  };
  await settled();
  return fixture;
}

async function connected(
  rules: Partial<RelayRules> = {},
  carrier: Handshake['carrier'] = 'native',
  version = '1.2',
): Promise<Fixture> {
  const fixture = await relay(rules, carrier);
  fixture.client.send('CONNECT', { 'accept-version': version, 'heart-beat': '5000,5000' });
  fixture.broker.send('CONNECTED', { version, 'heart-beat': '8000,8000' });
  fixture.broker.take();
  return fixture;
}

describe('a relay to its client', () => {
  it('sends one whole frame in each message, however the broker cuts them', async () => {
    const { client, broker } = await connected();
    client.messages.length = 0;
    const stream = Buffer.from('MESSAGE\na:ü\ncontent-length:5\n\nx\0€\0\nRECEIPT\nreceipt-id:1\n\n\0\n\n');
    for (const byte of stream) broker.write(Buffer.of(byte));
    broker.write(Buffer.concat([stream, stream]));
    const frames = client.messages.filter(({ size }) => size > 1).map(({ text }) => text);
    const [message, receipt] = ['MESSAGE\na:ü\ncontent-length:5\n\nx\0€\0', 'RECEIPT\nreceipt-id:1\n\n\0'];
    assert.deepEqual(frames, [message, receipt, message, receipt, message, receipt]);
  });

  it('adds content-length where ActiveMQ leaves it out', async () => {
    const { client, broker } = await connected();
    broker.write('MESSAGE\ndestination:/queue/a\n\ngrüße\0');
    assert.equal(client.last().headers['content-length'], '7');
  });

  it('sends a frame that is not UTF-8 as binary, and any other as text', async () => {
    const { client, broker } = await connected();
    broker.write(Buffer.from('MESSAGE\ncontent-length:2\n\n\xff\xfe\0', 'latin1'));
    assert.equal(client.messages.at(-1)?.binary, true);
    broker.write('MESSAGE\n\nü\0');
    assert.equal(client.messages.at(-1)?.binary, false);
  });

  it('passes on a frame with a header that is not UTF-8: a queue would deliver it again and again', async () => {
    const { client, broker } = await connected();
    broker.write(Buffer.from('MESSAGE\nname:J\xfcrgen\n\nx\0', 'latin1'));
    assert.equal(client.messages.at(-1)?.binary, false);
    assert.equal(client.last().headers.name, 'J\ufffdrgen');
  });

  it('leaves escapes as they are', async () => {
    const { client, broker } = await connected();
    broker.write('MESSAGE\nx:a\\cb\\n\n\n\0');
    assert.equal(client.last().headers.x, 'a\\cb\\n');
  });

  it('writes heart-beat into CONNECTED even if the broker does not', async () => {
    const { client, broker } = await relay();
    client.send('CONNECT');
    broker.send('CONNECTED');
    assert.equal(client.last().headers['heart-beat'], '0,0');
  });

  it('delivers an ERROR before the end', async () => {
    const { client, broker } = await connected();
    client.channel.pause();
    broker.send('ERROR', { message: 'no' }, 'why');
    broker.channel.close({ code: 1006, reason: '' });
    await settled();
    const early = client.end;
    assert.equal(early, undefined);
    client.channel.resume();
    assert.deepEqual(client.take().slice(-1), ['ERROR why']);
    await settled();
    assert.equal(client.end?.code, 1002);
  });

  it('closes with 1000 behind DISCONNECT, and with 1011 when the broker is gone', async () => {
    for (const [command, code] of [
      ['DISCONNECT', 1000],
      ['BEGIN', 1011],
    ] as const) {
      const { client, broker } = await connected();
      client.send(command, { transaction: 't' });
      broker.channel.close({ code: 1006, reason: '' });
      await settled();
      assert.equal(client.end?.code, code);
    }
  });

  it('passes on the close status of a WebSocket broker', async () => {
    const { client, broker } = await connected();
    broker.channel.close({ code: 1000, reason: 'STOMP died' });
    await settled();
    assert.deepEqual(client.end, { code: 1000, reason: 'STOMP died' });
  });
});

describe('a relay to its broker', () => {
  it('joins frames that the client cut, and splits those that it joined', async () => {
    const { client, broker } = await connected();
    const frame = 'SEND\ndestination:/queue/a\n\nhello\0';
    client.write(frame.slice(0, 10));
    client.write(frame.slice(10, 30));
    assert.deepEqual(broker.frames, []);
    client.write(`${frame.slice(30)}\n${frame}${frame}`);
    assert.deepEqual(broker.take(), ['SEND hello', 'SEND hello', 'SEND hello']);
    assert.equal(broker.messages.at(-1)?.text, 'SEND\ndestination:/queue/a\ncontent-length:5\n\nhello\0');
  });

  it('holds frames that come before CONNECTED, which determines how to read them', async () => {
    const { client, broker } = await relay();
    client.write(
      'CONNECT\naccept-version:1.1,1.2\n\n\0SEND\ndestination:/queue/a\nx:\\c\n\n\0BEGIN\ntransaction:t\n\n\0',
    );
    assert.deepEqual(broker.take(), ['CONNECT']);
    broker.send('CONNECTED', { version: '1.1' });
    assert.deepEqual(broker.take(), ['SEND', 'BEGIN']);
    client.send('COMMIT', { transaction: 't' });
    assert.deepEqual(broker.take(), ['COMMIT']);
  });

  it('accepts no version that it cannot read', async () => {
    const { client, broker } = await relay();
    client.send('CONNECT', { 'accept-version': '1.1,1.2,2.0' });
    assert.equal(broker.last().headers['accept-version'], '1.1,1.2');
  });

  it('replaces the client’s host and credentials by its own', async () => {
    const { client, broker, lines } = await relay({ virtualHost: 'shop', login: 'gw', passcode: 'secret' });
    client.send('CONNECT', { host: '/', login: 'me', 'login ': 'me', passcode: 'mine' });
    const { headers } = broker.last();
    assert.deepEqual(headers, { host: 'shop', login: 'gw', passcode: 'secret' });
    assert.doesNotMatch(lines.join(), /secret|mine/);
  });

  it('passes the client’s credentials on where it has none', async () => {
    const { client, broker } = await relay();
    client.send('CONNECT', { host: '/', login: 'me', passcode: 'mine' });
    assert.deepEqual(broker.last().headers, { host: '/', login: 'me', passcode: 'mine' });
  });

  it('encodes what stompjs 2.3 wrote without escapes, so that the broker can read it', async () => {
    const { client, broker } = await connected({}, 'native', '1.1');
    client.write('SEND\ndestination:/queue/a\npath:C:\\temp\n\n\0');
    assert.equal(broker.last().headers.path, 'C\\c\\\\temp');
  });

  it('does not read the client while the broker takes no more, and vice versa', async () => {
    const { client, broker } = await connected();
    const send = (): boolean => client.channel.send(Message.text('SEND\ndestination:/queue/a\n\nx\0'));
    broker.channel.pause();
    assert.equal(send(), false);
    send();
    assert.ok(client.channel.bufferedAmount > 0);
    broker.channel.resume();
    assert.deepEqual(broker.take(), ['SEND x', 'SEND x']);
    assert.equal(client.channel.bufferedAmount, 0);
    client.channel.pause();
    broker.send('RECEIPT', { 'receipt-id': '1' });
    broker.send('RECEIPT', { 'receipt-id': '2' });
    assert.ok(broker.channel.bufferedAmount > 0);
    client.channel.resume();
    assert.equal(broker.channel.bufferedAmount, 0);
    assert.deepEqual(client.take().slice(-2), ['RECEIPT', 'RECEIPT']);
  });

  it('learns when the client leaves', async () => {
    const { client, broker } = await connected();
    client.channel.close({ code: 1006, reason: '' });
    await settled();
    assert.equal(broker.end?.code, 1001);
  });
});

describe('what a relay holds', () => {
  it('waits in bytes until the broker has accepted the client, and is counted', async () => {
    const { client, broker, memory } = await relay();
    client.send('CONNECT', { 'accept-version': '1.2' });
    const frame = `SEND\ndestination:/queue/a\n${Array.from({ length: 50 }, (_, i) => `${i}:\n`).join('')}\n\0`;
    client.write(frame.repeat(20));
    assert.equal(memory.held, 20 * frame.length);
    broker.send('CONNECTED', { version: '1.2' });
    assert.equal(broker.take().length, 21);
    assert.equal(memory.held, 0);
  });

  it('is counted while a frame is unfinished, in either direction', async () => {
    const { client, broker, memory } = await connected();
    client.write(`SEND\n\n${'x'.repeat(5000)}`);
    broker.write(`MESSAGE\n\n${'x'.repeat(5000)}`);
    assert.ok(memory.held > 10_000 && memory.held < 20_000, `${memory.held}`);
    client.write('\0');
    broker.write('\0');
    assert.equal(memory.held, 0);
  });

  it('ends its session with ERROR when memory is at its bound', async () => {
    const { client, broker, memory, lines } = await relay({}, 'native', { memory: 4000 });
    client.send('CONNECT', { 'accept-version': '1.2', login: 'anna', passcode: 'secret' });
    broker.send('CONNECTED', { version: '1.2' });
    client.write(`SEND\n\n${'x'.repeat(5000)}`);
    await settled();
    assert.equal(client.last().headers.message, 'out of memory for clients');
    assert.equal(client.end?.code, 1002);
    assert.equal(memory.held, 0);
    assert.match(lines.join('\n'), /"code":"GW_MEMORY".*"login":"anna"/);
    assert.doesNotMatch(lines.join('\n'), /secret/);
  });
});

describe('heart-beats of a relay', () => {
  it('go end to end if the client has a WebSocket', async () => {
    const { client, broker, clock } = await relay();
    client.send('CONNECT', { 'accept-version': '1.2', 'heart-beat': '5000,5000' });
    assert.equal(broker.last().headers['heart-beat'], '5000,5000');
    broker.send('CONNECTED', { version: '1.2', 'heart-beat': '8000,8000' });
    assert.equal(client.last().headers['heart-beat'], '8000,8000');
    client.write('\n');
    broker.write('\n');
    assert.deepEqual([client.heartBeats, broker.heartBeats], [1, 1]);
    assert.equal(clock.timers, 0);
  });

  it('go to the broker for parts of a long frame: on a slow line nothing else gets through', async () => {
    const { client, broker } = await connected();
    client.write('SEND\ndestination:/queue/a\n\nfirst');
    client.write('second');
    assert.deepEqual([broker.take(), broker.heartBeats], [[], 2]);
    client.write('third\0');
    assert.deepEqual([broker.take(), broker.heartBeats], [['SEND firstsecondthird'], 2]);
  });

  it('are the gateway’s own if the client is on a fallback', async () => {
    const { client, broker, clock } = await relay({}, 'fallback');
    client.send('CONNECT', { 'accept-version': '1.2', 'heart-beat': '5000,5000' });
    assert.equal(broker.last().headers['heart-beat'], '10000,10000');
    broker.send('CONNECTED', { version: '1.2', 'heart-beat': '20000,20000' });
    assert.equal(client.last().headers['heart-beat'], '0,0');
    client.write('\n');
    broker.write('\n');
    assert.deepEqual([client.heartBeats, broker.heartBeats], [0, 0]);
    clock.advance(30_000);
    assert.deepEqual([client.heartBeats, broker.heartBeats], [0, 2]);
    // ActiveMQ sends its first one after twice the time.
    clock.advance(29_999);
    await settled();
    assert.deepEqual(client.take(), []);
    clock.advance(1);
    await settled();
    assert.equal(client.last().headers.message, 'no heart-beat of the broker');
    assert.equal(client.end?.code, 1011);
    assert.equal(clock.timers, 0);
  });

  it('do not give up a broker that is not read', async () => {
    const { client, broker, clock } = await connected({}, 'fallback');
    client.channel.pause();
    broker.send('RECEIPT', { 'receipt-id': '1' });
    broker.send('RECEIPT', { 'receipt-id': '2' });
    clock.advance(100_000);
    client.channel.resume();
    await settled();
    assert.deepEqual(client.take().slice(-2), ['RECEIPT', 'RECEIPT']);
    assert.equal(client.end, undefined);
  });
});

describe('the destinations of a relay', () => {
  const rules = { subscribe: ['/topic/chat.*', '/queue/mine-#'], send: ['/topic/chat.#', '/queue/in'] };
  const cases: [string, string, Record<string, string>, boolean][] = [
    ['SUBSCRIBE', '/topic/chat.room', {}, true],
    ['SUBSCRIBE', '/topic/chat.*', {}, true],
    ['SUBSCRIBE', '/topic/chat.#', {}, false],
    ['SUBSCRIBE', '/topic/chat.>', {}, false],
    ['SUBSCRIBE', '/topic/chat.%23', {}, false],
    ['SUBSCRIBE', '/topic/chat.%zz', {}, false],
    ['SUBSCRIBE', '/topic/chat.a.b', {}, false],
    ['SUBSCRIBE', '/topic/chat.a%2eb', {}, false],
    ['SUBSCRIBE', '/topic/chat.', {}, false],
    ['SUBSCRIBE', '/topic/#', {}, false],
    ['SUBSCRIBE', '/queue/secret', {}, false],
    ['SUBSCRIBE', '/topic/chat.a,/queue/secret', {}, false],
    ['SUBSCRIBE', '/topic/chat.a', { 'x-queue-name': 'secret' }, false],
    ['SUBSCRIBE', '/topic/chat.a b', {}, true],
    // ActiveMQ takes these ends off, the options among them.
    ['SUBSCRIBE', '/topic/chat.> ', {}, false],
    ['SUBSCRIBE', ' /topic/chat.a', {}, false],
    ['SUBSCRIBE', '/topic/chat.>\t', {}, false],
    ['SUBSCRIBE', '/topic/chat.>\x01', {}, false],
    ['SUBSCRIBE', '/topic/chat.>\\n', {}, false],
    ['SUBSCRIBE', '/topic/chat.>\\\\n', {}, false],
    ['SUBSCRIBE', '/topic/chat.>?a=b', {}, false],
    // RabbitMQ makes queues with these that hand on what is rejected.
    ['SUBSCRIBE', '/topic/chat.a', { 'x-dead-letter-exchange': '' }, false],
    ['SUBSCRIBE', '/topic/chat.a', { 'x-dead-letter-routing-key': 'secret' }, false],
    ['SEND', '/queue/in', { 'x-dead-letter-exchange': 'amq.topic' }, false],
    ['SEND', '/topic/chat', {}, true],
    ['SEND', '/topic/chat.a.b', {}, true],
    ['SEND', '/topic/chat.a,topic://secret', {}, false],
    ['SEND', '/queue/in', {}, true],
    ['SEND', '/queue/out', {}, false],
    ['SEND', '/exchange/amq.direct/x', {}, false],
  ];
  for (const [command, destination, more, isAllowed] of cases) {
    it(`${isAllowed ? 'take' : 'refuse'} ${command} ${JSON.stringify(destination)} ${Object.keys(more)}`, async () => {
      const { client, broker } = await connected(rules);
      client.send(command, { id: 's', destination, ...more });
      await settled();
      assert.equal(broker.frames.length, isAllowed ? 1 : 0);
      if (!isAllowed) assert.equal(client.last().headers.message, 'the destination is not allowed');
      assert.equal(broker.end === undefined, isAllowed);
    });
  }

  it('are named in the log with the login and the option, and no passcode', async () => {
    const { client, broker, lines } = await relay(rules);
    client.send('CONNECT', { 'accept-version': '1.2', login: 'anna', passcode: 'secret' });
    broker.send('CONNECTED', { version: '1.2' });
    client.send('SEND', { destination: '/queue/out' });
    const fields = {
      code: 'GW_STOMP_DESTINATION',
      reason: 'the destination is not allowed',
      login: 'anna',
      destination: '/queue/out',
      option: 'stomp.send',
      remoteAddress: '203.0.113.9',
      remedy: "write routes: [{ path: 'PATH', stomp: { send: ['/queue/out'] } }] in the file of --config",
    };
    assert.deepEqual(lines, [`stomp error ${JSON.stringify(fields)}`]);
  });

  it('are refused with the receipt that the frame requested', async () => {
    const { client } = await connected(rules);
    client.send('SEND', { destination: '/queue/out', receipt: '77' });
    assert.equal(client.last().headers['receipt-id'], '77');
  });

  it('cannot be evaded in 1.0, where the broker may read escapes', async () => {
    const { client, broker } = await connected(rules, 'native', '1.0');
    client.write('SUBSCRIBE\ndestination:/topic/chat.>\\n\n\n\0');
    assert.equal(client.last().headers.message, 'the destination is not allowed');
    assert.deepEqual(broker.frames, []);
  });

  it('cannot be reached through a queue that sends on, if all may be subscribed to', async () => {
    const { client, broker } = await connected({ send: ['/topic/chat'] });
    client.send('SUBSCRIBE', { id: 's', destination: '/topic/a', 'x-dead-letter-exchange': '' });
    assert.equal(client.last().headers.message, 'the destination is not allowed');
    assert.deepEqual(broker.frames, []);
  });

  it('cannot be evaded by a second entry of the name', async () => {
    const { client, broker } = await connected(rules, 'native', '1.0');
    client.write('SEND\ndestination:/queue/in\ndestination :/queue/out\ndestination:/queue/out\n\n\0');
    assert.deepEqual(broker.last().headers, { destination: '/queue/in' });
  });
});

describe('a relay that cannot pass something on', () => {
  for (const [name, input, message] of [
    ['an unknown command', 'GET / HTTP/1.1\r\n', /^unknown command/],
    ['a frame beyond its bound', `SEND\ndestination:/queue/a\n\n${'x'.repeat(100_001)}`, /more than 100000/],
    ['a second CONNECT', 'CONNECT\n\n\0', /^connected already/],
    ['an undefined escape', 'SEND\nx:\\t\n\n\0', /^undefined escape/],
  ] as const) {
    it(`ends the connection with ERROR: ${name}`, async () => {
      const { client, broker } = await connected();
      client.write(input);
      await settled();
      const error = client.last();
      assert.equal(error.command, 'ERROR');
      assert.match(error.headers.message ?? '', message);
      assert.equal(client.end?.code, 1002);
      assert.notEqual(broker.end, undefined);
      assert.deepEqual(broker.frames, []);
    });
  }

  it('ends the connection with ERROR: a broker that does not speak STOMP', async () => {
    const { client, broker } = await connected();
    broker.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    await settled();
    assert.equal(client.last().headers.message, 'unknown command');
    assert.notEqual(broker.end, undefined);
  });

  it('ends the connection with ERROR: a flood before CONNECTED', async () => {
    const { client } = await relay();
    client.send('CONNECT');
    const frame = `SEND\ndestination:/queue/a\n\n${'x'.repeat(30_000)}\0`;
    client.write(frame.repeat(4));
    await settled();
    assert.equal(client.last().headers.message, 'too much before CONNECTED');
  });

  it('ends the connection with ERROR: a flood of headers before CONNECTED', async () => {
    const { client } = await relay();
    client.send('CONNECT');
    client.write(`ACK\nid:${'x'.repeat(50_000)}\n\n\0`.repeat(2));
    await settled();
    assert.equal(client.last().headers.message, 'too much before CONNECTED');
  });

  it('ends the connection with ERROR: a broker that does not answer CONNECT', async () => {
    const { client, broker, clock } = await relay();
    clock.advance(7000);
    client.send('CONNECT', { 'accept-version': '1.2' });
    clock.advance(6999);
    assert.deepEqual(client.frames, []);
    clock.advance(1);
    await settled();
    assert.equal(client.last().headers.message, 'no answer of the broker');
    assert.deepEqual([client.end?.code, broker.end?.code, clock.timers], [1011, 1006, 0]);
  });

  it('ends the connection with ERROR: a CONNECT of a size that only a connected client may send', async () => {
    const { client, broker } = await relay();
    client.send('CONNECT', {}, 'x'.repeat(99_000));
    await settled();
    assert.match(client.last().headers.message ?? '', /more than 98304 bytes/);
    assert.deepEqual(broker.frames, []);
    const other = await connected();
    other.client.send('SEND', { destination: '/queue/a' }, 'x'.repeat(99_000));
    assert.equal(other.broker.last().body.length, 99_000);
  });

  it('ends the connection with ERROR: a first frame that is not CONNECT', async () => {
    const { client, broker } = await relay();
    client.send('SEND', { destination: '/queue/a' });
    await settled();
    assert.equal(client.last().headers.message, 'not connected');
    assert.deepEqual(broker.frames, []);
  });
});
