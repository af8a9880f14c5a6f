import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { emitAtOnce, readAtOnce } from '../../../gateway/base/emit-at-once.ts';
import { Random, seedFromEnvironment } from '../../support/random.ts';

/** Callbacks that are put off until the next tick while `act` runs. */
function ticksOf(act: () => void): number {
  let ticks = 0;
  const hook = createHook({ init: (_id, type) => (ticks += type === 'TickObject' ? 1 : 0) }).enable();
  act();
  hook.disable();
  return ticks;
}

describe('a connection that emits at once', () => {
  const seed = seedFromEnvironment();
  let server: Server;
  let near: Socket;
  let far: Socket;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [far] = (await once(server, 'connection')) as [Socket];
    emitAtOnce(near);
  });

  afterEach(() => {
    near.destroy();
    far.destroy();
    server.close();
  });

  it(`reads all in order, wherever its reader pauses, and then the end (FAULT_SEED=${seed})`, async () => {
    const random = new Random(seed);
    const sent = Buffer.from(Array.from({ length: 400_000 }, () => random.int(0, 255)));
    const read: Buffer[] = [];
    near.on('data', (chunk: Buffer) => {
      assert.ok(!near.isPaused());
      read.push(chunk);
      if (!random.chance(0.3)) return;
      near.pause();
      setImmediate(() => near.resume());
    });
    for (let at = 0; at < sent.length; ) {
      const to = at + random.pick([1, 100, 5_000, 70_000]);
      far.write(sent.subarray(at, to));
      if (random.chance(0.3)) await new Promise((resolve) => setImmediate(resolve));
      at = to;
    }
    far.end();
    await once(near, 'end');
    assert.ok(Buffer.concat(read).equals(sent));
  });

  it('holds its peer back while it is paused', async () => {
    near.on('data', () => near.pause());
    const block = Buffer.alloc(1 << 20);
    for (let count = 0; count < 20; count++) far.write(block);
    await once(near, 'pause');
    for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(near.readableLength <= 2 * 65_536, `${near.readableLength}`);
    assert.ok(far.writableLength > 0);
  });

  it('puts nothing off', () => {
    const streams = [true, false].map((isAtOnce) => {
      const stream = new Duplex({ read: () => {} });
      stream.on('data', () => {});
      if (isAtOnce) emitAtOnce(stream);
      return stream;
    });
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        const ticks = streams.map((stream) => ticksOf(() => stream.push('x')));
        assert.deepEqual(ticks, [0, 1]);
        resolve();
      });
    });
  });

  it('lets nothing overtake what waits for a reader that has just gone on', async () => {
    const read: string[] = [];
    const stream = new Duplex({ read: () => {} });
    emitAtOnce(stream);
    stream.on('data', (chunk) => read.push(String(chunk)));
    stream.pause();
    stream.push('a');
    stream.resume();
    stream.push('b');
    await new Promise((resolve) => setImmediate(resolve));
    stream.push('c');
    assert.deepEqual(read, ['a', 'b', 'c']);
  });

  it('calls its one reader without an event, in order with what waited', async () => {
    const read: string[] = [];
    const stream = new Duplex({ read: () => {} });
    readAtOnce(stream, function (chunk) {
      assert.equal(this, stream);
      read.push(String(chunk));
    });
    await new Promise((resolve) => setImmediate(resolve));
    stream.emit = () => assert.fail('an event');
    stream.push('a');
    Reflect.deleteProperty(stream, 'emit');
    stream.pause();
    stream.push('b');
    assert.deepEqual(read, ['a']);
    stream.resume();
    stream.push('c');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(read, ['a', 'b', 'c']);
  });

  it('decodes text where an encoding is set', async () => {
    near.setEncoding('utf8');
    far.write(Buffer.from('é'));
    assert.deepEqual(await once(near, 'data'), ['é']);
  });
});
