import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Accepted, Backend, Handshake } from '../../gateway/backend/backend.ts';
import { echoBackend } from '../../gateway/backend/echo.ts';
import type { Channel } from '../../gateway/channel/channel.ts';
import { channelPair } from '../../gateway/channel/channel-pair.ts';
import type { NativeConnection } from '../../gateway/native/upgrade-request.ts';
import { Message } from '../../gateway/protocol/message.ts';
import { finished } from '../support/native-end.ts';
import { nativeGateways } from '../support/servers/native-gateways.ts';
import { pour, RawClient, Recorder, Servers } from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';

/** The example of draft-hixie-thewebsocketprotocol-76 §1.2. */
const KEY1 = '4 @1  46546xW%0l 1 5';
const KEY2 = '12998 5 Y3 1  .P00';
const KEY3 = Buffer.from('^n:ds[4U');
const DIGEST = "8jKS'y:G*Co,Wxa-";

const OPEN_76 =
  'HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Origin: http://page.test\r\nSec-WebSocket-Location: ws://gateway.test/chat?room=1\r\n\r\n';

/** The bytes of a request, and what stands behind it. */
function request(fields: Readonly<Record<string, string>>, behind: Buffer = Buffer.alloc(0)): Buffer {
  const all = {
    Upgrade: 'WebSocket',
    Connection: 'Upgrade',
    Host: 'gateway.test',
    Origin: 'http://page.test',
    ...fields,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`GET /chat?room=1 HTTP/1.1\r\n${lines.join('')}\r\n`), behind]);
}

const keys = { 'Sec-WebSocket-Key1': KEY1, 'Sec-WebSocket-Key2': KEY2 };
const CLOSE = Buffer.of(0xff, 0);

function text(words: string): Buffer {
  return Buffer.concat([Buffer.of(0), Buffer.from(words), Buffer.of(0xff)]);
}

/** What the gateway's side of one connection received, and the means to answer. */
interface Far {
  readonly received: Recorder;
  readonly channel: Channel;
  readonly handshake: Handshake;
}

describe('a client of a hixie draft', () => {
  const servers = new Servers();
  const gateway = nativeGateways(servers);
  afterEach(() => servers.stopAll());

  /** A backend that is played by the test. */
  function played(protocol = ''): { backend: Backend; connected: Promise<Far> } {
    let connect: (far: Far) => void;
    const connected = new Promise<Far>((resolve) => {
      connect = resolve;
    });
    const backend: Backend = {
      name: 'played',
      connect: (handshake): Promise<Accepted> => {
        const [channel, far] = channelPair();
        const received = new Recorder();
        far.attach(received);
        connect({ received, channel: far, handshake });
        return Promise.resolve({ channel, protocol });
      },
    };
    return { backend, connected };
  }

  async function connect(port: number, ...bytes: Buffer[]): Promise<RawClient> {
    const client = await RawClient.connect(port);
    servers.onStop(() => client.socket.destroy());
    for (const piece of bytes) client.write(piece);
    return client;
  }

  /** An open connection of draft 76. */
  async function open76(port: number): Promise<RawClient> {
    const client = await connect(port, request(keys, KEY3));
    assert.equal(await client.until('\r\n\r\n'), OPEN_76);
    assert.equal((await client.read(16)).toString(), DIGEST);
    return client;
  }

  /** An open connection of draft 75. */
  async function open75(port: number): Promise<RawClient> {
    const client = await connect(port, request({}));
    await client.until('\r\n\r\n');
    return client;
  }

  describe('in the handshake of draft 76', () => {
    it('gets the answer of the example in the draft', async () => {
      await open76(await gateway(echoBackend));
    });

    it('may send its key with the head, behind it in two chunks, or with its first message', async () => {
      const port = await gateway(echoBackend);
      for (let split = 0; split <= 8; split++) {
        const client = await connect(port, request(keys, KEY3.subarray(0, split)));
        assert.equal(await client.until('\r\n\r\n'), OPEN_76);
        client.write(Buffer.concat([KEY3.subarray(split), text('early')]));
        assert.equal((await client.read(16)).toString(), DIGEST, `split at ${split}`);
        assert.deepEqual(await client.read(7), text('early'));
      }
      const client = await connect(port, request(keys, Buffer.concat([KEY3, text('a'), text('b')])));
      await client.until(DIGEST);
      assert.deepEqual(await client.read(6), Buffer.concat([text('a'), text('b')]));
    });

    it('may come byte by byte', async () => {
      const all = request(keys, Buffer.concat([KEY3, text('grüße')]));
      const client = await connect(await gateway(echoBackend));
      for (const byte of all) {
        client.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.until(DIGEST);
      assert.deepEqual(await client.read(9), text('grüße'));
    });

    it('gets the head before it has sent its key, which a front proxy may hold back until then', async () => {
      const client = await connect(await gateway(echoBackend), request(keys));
      assert.equal(await client.until('\r\n\r\n'), OPEN_76);
      client.write(KEY3);
      assert.equal((await client.read(16)).toString(), DIGEST);
    });

    it('has ten seconds for its key; then the backend is closed', async () => {
      const clock = new TestClock();
      const { backend, connected } = played();
      const client = await connect(await gateway(backend, { clock }), request(keys, KEY3.subarray(0, 7)));
      await client.until('\r\n\r\n');
      clock.advance(9_999);
      assert.deepEqual((await connected).received.received, []);
      clock.advance(1);
      assert.equal((await client.rest()).length, 0);
      assert.deepEqual(await (await connected).received.count(1), ['1001 ']);
      assert.equal(clock.timers, 0);
    });

    it('leaves nothing behind when the client goes without sending its key', async () => {
      const clock = new TestClock();
      const { backend, connected } = played();
      const client = await connect(await gateway(backend, { clock }), request(keys));
      await client.until('\r\n\r\n');
      client.socket.end();
      assert.deepEqual(await (await connected).received.count(1), ['1001 ']);
      assert.equal(clock.timers, 0);
    });

    it('is refused with 400 if its keys are malformed, and no backend is dialed', async () => {
      const backend: Backend = { name: 'none', connect: () => assert.fail('it was dialed') };
      const port = await gateway(backend);
      for (const [name, value] of [
        ['Sec-WebSocket-Key1', '1 2 3x'],
        ['Sec-WebSocket-Key1', 'no digits'],
        ['Sec-WebSocket-Key2', '123'],
        // Twice 2^32: the number would not be one of 32 bits.
        ['Sec-WebSocket-Key2', '858993 459 2'],
        ['Sec-WebSocket-Key2', ''],
        ['Connection', 'close'],
      ] as const) {
        const client = await connect(port, request({ ...keys, [name]: value }, KEY3));
        assert.match((await client.rest()).toString(), /^HTTP\/1\.1 400 /, `${name}: ${value}`);
      }
      const once = await connect(port, request({ 'Sec-WebSocket-Key1': KEY1 }, KEY3));
      assert.match((await once.rest()).toString(), /^HTTP\/1\.1 400 /);
      const twice = await connect(port, request({ ...keys, 'sec-websocket-key1': KEY1 }, KEY3));
      assert.match((await twice.rest()).toString(), /^HTTP\/1\.1 400 /);
    });

    it('accepts the largest possible key', async () => {
      const client = await connect(
        await gateway(echoBackend),
        request({ 'Sec-WebSocket-Key1': '42949 67295', 'Sec-WebSocket-Key2': '8589 93459 0' }, KEY3),
      );
      await client.until('\r\n\r\n');
      const digest = createHash('md5').update(Buffer.concat([Buffer.alloc(8, 0xff), KEY3]));
      assert.deepEqual(await client.read(16), digest.digest());
    });

    it('is answered the subprotocols that it offered, as it wrote them, if the backend selected one', async () => {
      const { backend, connected } = played('v12.stomp');
      const requested = { ...keys, 'Sec-WebSocket-Protocol': 'v11.stomp,v12.stomp' };
      const client = await connect(await gateway(backend), request(requested, KEY3));
      assert.match(await client.until('\r\n\r\n'), /\r\nSec-WebSocket-Protocol: v11\.stomp,v12\.stomp\r\n/);
      assert.deepEqual((await connected).handshake.protocols, ['v11.stomp', 'v12.stomp']);
      const none = await connect(await gateway(played().backend), request(requested, KEY3));
      assert.doesNotMatch(await none.until('\r\n\r\n'), /protocol:/i);
    });
  });

  describe('in the handshake of draft 75', () => {
    it('gets the head that its draft prescribes', async () => {
      const client = await connect(
        await gateway(played('chat').backend),
        request({ 'WebSocket-Protocol': 'chat' }),
      );
      assert.equal(
        await client.until('\r\n\r\n'),
        'HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
          'WebSocket-Origin: http://page.test\r\nWebSocket-Location: ws://gateway.test/chat?room=1\r\n' +
          'WebSocket-Protocol: chat\r\n\r\n',
      );
    });

    it('may be followed by a message at once', async () => {
      const client = await connect(await gateway(echoBackend), request({}, text('early')));
      await client.until('\r\n\r\n');
      assert.deepEqual(await client.read(7), text('early'));
    });

    it('is recognized by its exact words; any other handshake without a key is refused with 400', async () => {
      const port = await gateway(echoBackend);
      const client = await connect(port, request({ Upgrade: 'websocket' }));
      assert.match((await client.rest()).toString(), /^HTTP\/1\.1 400 /);
    });
  });

  for (const [draft, opened, isClose] of [
    ['76', open76, (bytes: Buffer) => bytes.equals(CLOSE)],
    ['75', open75, (bytes: Buffer) => bytes.length === 0],
  ] as const) {
    describe(`of draft ${draft}`, () => {
      it('talks, whatever the text and wherever it is cut', async () => {
        const client = await opened(await gateway(echoBackend));
        const texts = ['', 'NUL \0', 'grüße \u{1f600}', 'x'.repeat(1 << 20)];
        const all = Buffer.concat(texts.map(text));
        client.write(all);
        assert.deepEqual(await client.read(all.length), all);
        for (const byte of text('ü\0')) {
          client.write(Buffer.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.deepEqual(await client.read(5), text('ü\0'));
        client.write(Buffer.of(0, 0xc3, 0x28, 0xff));
        assert.deepEqual(await client.read(6), text('\ufffd('));
      });

      it('takes no more from the gateway than it reads', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend));
        client.socket.pause();
        const { channel, received } = await connected;
        const message = Message.text('x'.repeat(1 << 20));
        let sent = 0;
        while (sent < 128 && channel.send(message)) sent++;
        assert.ok(sent < 128, 'it had to wait');
        assert.ok(channel.bufferedAmount <= 2 << 20, `${channel.bufferedAmount} bytes wait in the gateway`);
        client.socket.resume();
        await client.read((sent + 1) * (message.size + 2));
        assert.deepEqual(await received.count(1), ['(drained)']);
      });

      it('is read no faster than the backend takes it', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend));
        const { channel, received } = await connected;
        channel.pause();
        const chunk = text('x'.repeat(1 << 20));
        const count = await pour(128, (written) => client.socket.write(chunk, () => written()));
        assert.ok(count < 64, `${count} MiB went out`);
        channel.resume();
        assert.equal((await received.arrivals(count)).length, count);
      });

      it('is closed by the backend, whatever the code', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend));
        const { channel } = await connected;
        channel.send(Message.text('last words'));
        channel.close({ code: 4001, reason: 'bye' });
        assert.deepEqual(await client.read(12), text('last words'));
        assert.ok(isClose(await client.rest()));
      });

      it('gets no Close from a backend that broke off', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend));
        (await connected).channel.close({ code: 1006, reason: '' });
        assert.equal((await client.rest()).length, 0);
      });

      it('closes by its end, which is a Close without a code', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend));
        client.write(text('last words'));
        client.socket.end();
        assert.deepEqual(await (await connected).received.count(2), ['last words', '1005 ']);
        await client.rest();
      });

      it('has not closed when it ends within a message, or breaks off', async () => {
        for (const end of ['end', 'resetAndDestroy'] as const) {
          const { backend, connected } = played();
          const client = await opened(await gateway(backend));
          client.write(text('first'));
          await (await connected).received.count(1);
          client.write(text('second').subarray(0, 3));
          client.socket[end]();
          assert.deepEqual((await (await connected).received.count(2))[1], '1006 ', end);
        }
      });

      it('has its connection ended by a message that is too long, which the backend sees as 1009', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend, { maxMessage: 100 }));
        client.write(Buffer.concat([text('x'.repeat(100)), Buffer.of(0), Buffer.alloc(101, 'y')]));
        assert.ok(isClose(await client.rest()));
        assert.deepEqual(await (await connected).received.count(2), ['x'.repeat(100), '1009 ']);
      });

      it('has its connection ended by a binary message, and gets nothing behind it', async () => {
        const { backend, connected } = played();
        const client = await opened(await gateway(backend));
        const { channel, received } = await connected;
        for (const message of [Message.text('a'), Message.binary(Buffer.of(1)), Message.text('b')]) {
          channel.send(message);
        }
        assert.deepEqual(await client.read(3), text('a'));
        assert.ok(isClose(await client.rest()));
        assert.deepEqual(await received.count(1), ['1003 the client takes text only']);
      });

      it('has its connection ended by a frame that no client sends', async () => {
        for (const wrong of [Buffer.of(0x80, 0x01, 0xff), Buffer.of(0x01, 0x20, 0xff)]) {
          const { backend, connected } = played();
          const client = await opened(await gateway(backend));
          client.write(Buffer.concat([text('a'), wrong, text('b')]));
          assert.ok(isClose(await client.rest()));
          assert.deepEqual(await (await connected).received.count(2), ['a', '1002 ']);
        }
      });

      it('that does not end after a Close is ended in ten seconds', async () => {
        const clock = new TestClock();
        const { backend, connected } = played();
        const client = await opened(await gateway(backend, { clock }));
        const { channel, received } = await connected;
        channel.close({ code: 1000, reason: '' });
        await client.rest();
        clock.advance(10_000);
        assert.equal((await received.count(1)).length, 1);
        await new Promise((resolve) => client.socket.once('close', resolve).destroy());
        assert.equal(clock.timers, 0);
      });

      it('is closed when the gateway drains', async () => {
        const connections: NativeConnection[] = [];
        const { backend, connected } = played();
        const client = await opened(
          await gateway(backend, { opened: (connection) => void connections.push(connection) }),
        );
        connections[0]?.drain();
        assert.ok(isClose(await client.rest()));
        client.socket.end();
        await finished(connections[0] as NativeConnection);
        assert.equal((await (await connected).received.count(1)).length, 1);
      });
    });
  }

  it('of draft 76 is answered its closing frame, and nothing behind it is heard', async () => {
    const { backend, connected } = played();
    const client = await open76(await gateway(backend));
    client.write(Buffer.concat([text('last words'), CLOSE, text('too late')]));
    assert.deepEqual(await client.rest(), CLOSE);
    assert.deepEqual(await (await connected).received.count(2), ['last words', '1005 ']);
  });

  it('whose key has not come is closed when the gateway drains', async () => {
    const connections: NativeConnection[] = [];
    const { backend, connected } = played();
    const port = await gateway(backend, { opened: (connection) => void connections.push(connection) });
    const client = await connect(port, request(keys));
    await client.until('\r\n\r\n');
    connections[0]?.drain();
    assert.equal((await client.rest()).length, 0);
    assert.deepEqual(await (await connected).received.count(1), ['1001 ']);
  });
});
