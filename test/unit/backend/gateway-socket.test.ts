import assert from 'node:assert/strict';
import { GatewaySocket, type SocketData } from '../../../gateway/backend/gateway-socket.ts';
import type { Channel } from '../../../gateway/channel/channel.ts';
import { channelPair } from '../../../gateway/channel/channel-pair.ts';
import { Message } from '../../../gateway/protocol/message.ts';
import { event, Recorder } from '../../support/servers/upstreams.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A socket, the client's end of its connection, and what that end received. */
function open(maxBuffered = 1000): { socket: GatewaySocket; client: Channel; seen: unknown[] } {
  const [client, far] = channelPair();
  const recorder = new Recorder();
  client.attach(recorder);
  return { socket: new GatewaySocket(far, 'chat', maxBuffered), client, seen: recorder.received };
}

describe('the socket of a handler', () => {
  it('is open from the start and has the constants of a WebSocket', () => {
    const { socket } = open();
    assert.equal(socket.readyState, GatewaySocket.OPEN);
    assert.equal(socket.readyState, socket.OPEN);
    assert.deepEqual([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED], [0, 1, 2, 3]);
    assert.equal(socket.protocol, 'chat');
    assert.equal(socket.bufferedAmount, 0);
  });

  it('emits messages as ws does: a Buffer and whether it is binary', () => {
    const { socket, client } = open();
    const got: unknown[] = [];
    socket.on('message', (data, isBinary) => got.push([String(data), Buffer.isBuffer(data), isBinary]));
    client.send(Message.text('h\u00e4'));
    client.send(Message.binary(Buffer.from('b')));
    assert.deepEqual(got, [
      ['h\u00e4', true, false],
      ['b', true, true],
    ]);
  });

  it('closes for a client that takes none of many empty messages', async () => {
    const { socket, client, seen } = open();
    client.pause();
    for (let count = 0; count < 2_000 && socket.readyState === GatewaySocket.OPEN; count++) socket.send('');
    client.resume();
    await settled();
    assert.equal(seen.length, 1_025 + 1);
    assert.equal(seen.at(-1), '1013 too slow');
  });

  it('gives binary as its binaryType says, text always as a Buffer', () => {
    const { socket, client } = open();
    const got: unknown[] = [];
    socket.on('message', (data) => got.push(data));
    socket.binaryType = 'arraybuffer';
    client.send(Message.binary(Buffer.of(1, 2)));
    client.send(Message.text('t'));
    socket.binaryType = 'fragments';
    client.send(Message.binary(Buffer.of(3)));
    socket.binaryType = 'blub' as 'fragments';
    assert.deepEqual(got, [Uint8Array.of(1, 2).buffer, Buffer.from('t'), [Buffer.of(3)]]);
    assert.equal(socket.binaryType, 'fragments');
  });

  it('sends back what a message event brought, whatever its binaryType', () => {
    const { socket, client, seen } = open();
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    for (const type of ['nodebuffer', 'arraybuffer', 'fragments'] as const) {
      socket.binaryType = type;
      client.send(Message.binary(Buffer.of(1, 255)));
    }
    socket.send([Buffer.of(1), Buffer.of(2)]);
    assert.deepEqual(seen, [
      [1, 255],
      [1, 255],
      [1, 255],
      [1, 2],
    ]);
  });

  it('sends what ws sends', () => {
    const { socket, seen } = open();
    const sent: [SocketData, { binary?: boolean }?][] = [
      ['text'],
      [''],
      [42],
      ['lone \ud800 surrogate'],
      [Buffer.from('as text'), { binary: false }],
      ['AB', { binary: true }],
      [Buffer.of(1)],
      [Uint8Array.of(9, 2, 9).subarray(1, 2)],
      [Uint8Array.of(3).buffer],
      [new Uint16Array([0x0404])],
    ];
    for (const [data, options] of sent) socket.send(data, options);
    assert.deepEqual(seen, [
      ...['text', '', '42', 'lone \ufffd surrogate', 'as text'],
      ...[[65, 66], [1], [2], [3], [4, 4]],
    ]);
  });

  it('joins the parts of a message sent with fin: false', () => {
    const { socket, seen } = open();
    socket.send('one ', { fin: false });
    socket.send('\u00e4', { fin: false });
    assert.deepEqual(seen, []);
    socket.send('!', { fin: true });
    socket.send('next');
    assert.deepEqual(seen, ['one \u00e4!', 'next']);
  });

  it('keeps a copy, so that a buffer may be used again', () => {
    const { socket, client } = open();
    const got: string[] = [];
    client.attach({
      message: (message) => got.push(message.bytes.toString()),
      drained: () => {},
      closed: () => {},
    });
    client.pause();
    const buffer = Buffer.from('first');
    socket.send(buffer);
    buffer.fill('x');
    client.resume();
    assert.deepEqual(got, ['first']);
  });

  it('calls back when a message has left, and tells how much has not', async () => {
    const { socket, client } = open();
    const called: string[] = [];
    client.pause();
    socket.send('12345', () => called.push('first'));
    socket.send('678', {}, () => called.push('second'));
    await settled();
    assert.equal(called.length, 0);
    assert.equal(socket.bufferedAmount, 8);
    client.resume();
    assert.deepEqual(called, ['first', 'second']);
    assert.equal(socket.bufferedAmount, 0);
    socket.send('9', () => called.push('third'));
    await settled();
    assert.deepEqual(called, ['first', 'second', 'third']);
  });

  it('closes with 1013 behind what it holds when the client falls too far behind', async () => {
    const { socket, client, seen } = open(10);
    client.pause();
    socket.send('1234567890');
    assert.equal(socket.readyState, socket.OPEN);
    socket.send('x');
    assert.equal(socket.readyState, socket.CLOSING);
    client.resume();
    await settled();
    assert.deepEqual(seen, ['1234567890', 'x', '1013 too slow']);
  });

  it('stops the client being read while it is paused', () => {
    const { socket, client } = open();
    const got: string[] = [];
    socket.on('message', (data) => got.push(String(data)));
    socket.pause();
    assert.equal(socket.isPaused, true);
    assert.equal(client.send(Message.text('one')), false);
    assert.deepEqual(got, []);
    socket.resume();
    assert.deepEqual(got, ['one']);
  });

  it('answers a ping itself', async () => {
    const { socket, seen } = open();
    const pong = event(socket, 'pong');
    socket.ping('beat');
    assert.deepEqual(await pong, [Buffer.from('beat')]);
    await new Promise<void>((resolve) => socket.ping(() => resolve()));
    await new Promise<void>((resolve) => socket.pong('x', false, () => resolve()));
    assert.deepEqual(seen, []);
    assert.throws(() => socket.ping('x'.repeat(126)), RangeError);
  });

  it('closes with a code and a reason, or with neither', async () => {
    for (const [args, status] of [
      [[4001, 'bye'], '4001 bye'],
      [[1000], '1000 '],
      [[1000, Buffer.from('b')], '1000 b'],
      [[], '1005 '],
    ] as [[number?, (string | Buffer)?], string][]) {
      const { socket, seen } = open();
      const closed = event(socket, 'close');
      socket.close(...args);
      assert.equal(socket.readyState, socket.CLOSING);
      const [code, reason] = await closed;
      assert.equal(`${code} ${reason}`, status);
      assert.ok(Buffer.isBuffer(reason));
      assert.equal(socket.readyState, socket.CLOSED);
      assert.deepEqual(seen, [status]);
    }
  });

  it('throws for a Close that may not travel', () => {
    const { socket } = open();
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 2000, 5000]) {
      assert.throws(() => socket.close(code), TypeError, String(code));
    }
    assert.throws(() => socket.close(1000, '\u00e4'.repeat(62)), RangeError);
    assert.equal(socket.readyState, socket.OPEN);
  });

  it('tells the Close of the client once', async () => {
    const { socket, client } = open();
    const got: unknown[] = [];
    socket.on('close', (code, reason) => got.push(`${code} ${reason}`));
    client.close({ code: 4001, reason: 'bye' });
    await settled();
    socket.close();
    socket.terminate();
    await settled();
    assert.deepEqual(got, ['4001 bye']);
  });

  it('breaks off, also when a Close is not answered', async () => {
    for (const closeBefore of [false, true]) {
      const { socket, client } = open();
      client.pause();
      socket.send('held');
      if (closeBefore) socket.close(1000);
      const closed = event(socket, 'close');
      socket.terminate();
      assert.equal(socket.readyState, socket.CLOSING);
      assert.equal((await closed)[0], 1006);
    }
  });

  it('after its end sends nothing and says so', async () => {
    const { socket, seen } = open();
    socket.close(1000);
    const error = await new Promise<Error | undefined>((resolve) => socket.send('abc', resolve));
    assert.match(String(error), /not open: readyState [23]/);
    assert.equal(socket.bufferedAmount, 3);
    await settled();
    const again = await new Promise<Error | undefined>((resolve) => socket.ping('', undefined, resolve));
    assert.match(String(again), /readyState 3 \(CLOSED\)/);
    assert.deepEqual(seen, ['1000 ']);
  });

  it('tells a callback that its message never left', async () => {
    const { socket, client } = open();
    client.pause();
    const called = new Promise<Error | undefined>((resolve) => socket.send('held', resolve));
    socket.terminate();
    assert.match(String(await called), /not open/);
  });

  it('listens in the way of the browser too', async () => {
    const { socket, client } = open();
    const got: unknown[] = [];
    const listener = {
      handleEvent(message: { data: unknown; target: unknown }) {
        got.push(['object', message.data, message.target === socket, this === listener]);
      },
    };
    const replaced = (): void => void got.push('replaced');
    socket.onmessage = replaced;
    assert.equal(socket.onmessage, replaced);
    socket.addEventListener('message', listener);
    socket.addEventListener('message', listener);
    socket.addEventListener('message', ({ type }) => got.push(['once', type]), { once: true });
    socket.onmessage = ({ data }) => got.push(['attribute', data]);
    socket.onclose = ({ code, reason, wasClean }) => got.push([code, reason, wasClean]);
    client.send(Message.text('one'));
    socket.removeEventListener('message', listener);
    client.send(Message.binary(Buffer.of(2)));
    socket.onmessage = null;
    assert.equal(socket.onmessage, null);
    client.send(Message.text('three'));
    client.close({ code: 4001, reason: 'bye' });
    await settled();
    assert.deepEqual(got, [
      ['object', 'one', true, true],
      ['once', 'message'],
      ['attribute', 'one'],
      ['attribute', Buffer.of(2)],
      [4001, 'bye', true],
    ]);
  });
});
