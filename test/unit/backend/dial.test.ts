import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { attempt, dial } from '../../../gateway/backend/dial.ts';
import { systemClock } from '../../../gateway/base/clock.ts';
import { RefusedError } from '../../../gateway/base/errors.ts';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';
import { selfSigned } from '../../support/machine/self-signed.ts';
import { event, listen } from '../../support/servers/upstreams.ts';
import { TestClock } from '../../support/test-clock.ts';

const signal = new AbortController().signal;

describe('an attempt to reach a backend', () => {
  it('succeeds with its result, and leaves no timer', async () => {
    const clock = new TestClock();
    const result = await attempt<string>({ clock, connectTimeout: 100, signal }, ({ succeed, fail }) => {
      setImmediate(() => {
        succeed('here');
        fail(new RefusedError('too late'));
      });
      return () => assert.fail('it was abandoned');
    });
    assert.equal(result, 'here');
    assert.equal(clock.timers, 0);
  });

  it('is abandoned once when it takes too long, and reports how long that was', async () => {
    const clock = new TestClock();
    let abandoned = 0;
    const failed = attempt({ clock, connectTimeout: 100, signal }, ({ fail }) => () => {
      abandoned++;
      fail(new RefusedError('torn down'));
    });
    clock.advance(100);
    await assert.rejects(failed, { name: 'RefusedError', message: 'no answer within 100 ms' });
    assert.equal(abandoned, 1);
    assert.equal(clock.timers, 0);
  });

  it('is abandoned when it is given up, and never begun after that', async () => {
    const clock = new TestClock();
    const giveUp = new AbortController();
    const options = { clock, connectTimeout: 100, signal: giveUp.signal };
    let abandoned = 0;
    const failed = attempt(options, () => () => abandoned++);
    giveUp.abort();
    await assert.rejects(failed, { message: 'given up' });
    assert.equal(abandoned, 1);
    await assert.rejects(
      attempt(options, () => assert.fail('it was begun')),
      { message: 'given up' },
    );
    assert.equal(clock.timers, 0);
  });

  it('rejects with what its beginning throws, and sets no timer', async () => {
    const clock = new TestClock();
    const broken = attempt({ clock, connectTimeout: 100, signal }, () => {
      throw new RefusedError('unusable', 400);
    });
    await assert.rejects(broken, { message: 'unusable', status: 400 });
    assert.equal(clock.timers, 0);
  });
});

describe('dialing a backend', () => {
  const options = { clock: systemClock, connectTimeout: 5_000, signal };
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  async function server(serve: (socket: Socket) => void): Promise<number> {
    const made = createServer((socket) => serve(socket.on('error', () => {})));
    stops.push(() => made.close());
    return listen(made);
  }

  it('connects over TCP', async () => {
    const port = await server((socket) => socket.end('hello'));
    const socket = await dial({ secure: false, hostname: '127.0.0.1', port }, {}, options);
    assert.equal(String((await event(socket, 'data'))[0]), 'hello');
    socket.destroy();
  });

  it('says what is wrong in words', async () => {
    const closing = await server((socket) => socket.destroy());
    const plain = await server((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    for (const [address, message] of [
      [{ secure: false, hostname: '127.0.0.1', port: 1 }, 'nothing listens there'],
      [
        { secure: true, hostname: '127.0.0.1', port: closing },
        'the backend closed the connection during the handshake',
      ],
      [{ secure: true, hostname: '127.0.0.1', port: plain }, 'the backend does not speak TLS on this port'],
    ] as const) {
      await assert.rejects(dial(address, {}, options), { name: 'RefusedError', message });
    }
  });

  it('checks the certificate against the name, and says which option helps', async function () {
    const files = selfSigned();
    if (files === undefined) return requireOrSkip(this, 'openssl');
    stops.push(() => files.remove());
    const tls = createTlsServer({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
    stops.push(() => tls.close());
    const port = await listen(tls);
    const address = { secure: true, hostname: 'localhost', port };
    const ca = readFileSync(files.cert);
    await assert.rejects(dial(address, {}, options), { message: /its certificate is not trusted; .*`ca`/ });
    const socket = await dial(address, { ca }, options);
    socket.destroy();
  });
});
