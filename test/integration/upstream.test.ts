import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Accepted, Handshake } from '../../gateway/backend/backend.ts';
import type { UpstreamTarget } from '../../gateway/backend/target.ts';
import { type UpstreamOptions, upstreamBackend } from '../../gateway/backend/upstream.ts';
import { systemClock } from '../../gateway/base/clock.ts';
import { RefusedError } from '../../gateway/base/errors.ts';
import { acceptOf } from '../../gateway/native/handshake-rules.ts';
import { ABNORMAL, NO_STATUS } from '../../gateway/protocol/close.ts';
import { Message } from '../../gateway/protocol/message.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { websocketd } from '../support/servers/upstream-websocketd.ts';
import { event, handshake, listen, pour, Recorder, Servers, target } from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';

const options: UpstreamOptions = { clock: systemClock, connectTimeout: 5000, maxMessage: 1 << 24, ping: 0 };

interface Changes {
  readonly handshake?: Partial<Handshake>;
  readonly target?: Partial<UpstreamTarget>;
  readonly options?: Partial<UpstreamOptions>;
  readonly signal?: AbortSignal;
}

function connect(port: number, changes: Changes = {}): Promise<Accepted> {
  const backend = upstreamBackend(target(port, changes.target), { ...options, ...changes.options });
  return backend.connect(handshake(changes.handshake), changes.signal ?? new AbortController().signal);
}

/** Connects and attaches a recorder. */
async function recorded(port: number, changes?: Changes): Promise<Accepted & { recorder: Recorder }> {
  const accepted = await connect(port, changes);
  const recorder = new Recorder();
  accepted.channel.attach(recorder);
  return { ...accepted, recorder };
}

async function refusal(attempt: Promise<unknown>): Promise<RefusedError> {
  const error = await attempt.then(
    () => assert.fail('it was accepted'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof RefusedError, String(error));
  return error;
}

describe('a WebSocket upstream', () => {
  const servers = new Servers();
  afterEach(() => servers.stopAll());

  const echo = (socket: WebSocket): void => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  };

  it('sends back every kind of message, whole and in order', async () => {
    const { channel, recorder } = await recorded(await servers.webSocket(echo));
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const sent = [
      Message.text('text'),
      Message.text(''),
      Message.text('\u{1f600} \u0000 \n'),
      Message.binary(all),
      Message.binary(Buffer.alloc(0)),
      Message.text('x'.repeat(1 << 20)),
      Message.utf8(Buffer.from('h\u00e4')),
    ];
    for (const message of sent) channel.send(message);
    assert.deepEqual(
      await recorder.arrivals(sent.length),
      sent.map((message) => (message.binary ? [...message.bytes] : message.text)),
    );
    channel.close({ code: 1000, reason: '' });
  });

  it("gets the client's handshake, and nothing of the fallback request", async () => {
    let seen: NodeJS.Dict<string | string[]> = {};
    let url: string | undefined;
    const port = await servers.webSocket((_socket, request) => {
      seen = request.headers;
      url = request.url;
    });
    await connect(port, {
      target: { path: '/app', headers: { 'x-route': 'set' } },
      handshake: {
        url: '/ws/room?x=1',
        rest: '/room?x=1',
        rawHeaders: [
          'Cookie',
          'a=1',
          'User-Agent',
          'MSIE 6.0',
          'Content-Type',
          'text/plain',
          'X-Fallback',
          'create',
        ],
        headers: { origin: 'http://page.test' },
      },
    });
    assert.equal(url, '/app/room?x=1');
    const { 'sec-websocket-key': key, ...rest } = seen;
    assert.ok(key);
    assert.deepEqual(rest, {
      host: 'gateway.test',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      cookie: 'a=1',
      'user-agent': 'MSIE 6.0',
      origin: 'http://page.test',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'gateway.test',
      'x-forwarded-port': '80',
      'x-route': 'set',
    });
  });

  it('selects one of the subprotocols offered', async () => {
    const port = await servers.webSocket(echo, { handleProtocols: (offered) => [...offered][1] ?? false });
    const { protocol } = await connect(port, { handshake: { protocols: ['chat', 'superchat'] } });
    assert.equal(protocol, 'superchat');
    assert.equal((await connect(port)).protocol, '');
  });

  it('is not accepted when it selects none of them', async () => {
    const port = await servers.webSocket(echo, { handleProtocols: () => false });
    await refusal(connect(port, { handshake: { protocols: ['chat'] } }));
  });

  it('gets no offer of malformed subprotocols', async () => {
    const port = await servers.webSocket(echo);
    for (const protocols of [['a b'], ['a', 'a'], ['']]) {
      assert.equal((await refusal(connect(port, { handshake: { protocols } }))).status, 400);
    }
  });

  it('ends with the code and reason that either side gives', async () => {
    let socket: WebSocket | undefined;
    const port = await servers.webSocket((accepted) => {
      socket = accepted;
    });
    for (const [code, reason] of [
      [4003, 'kicked'],
      [1000, ''],
      [1013, 'later'],
    ] as const) {
      const { recorder } = await recorded(port);
      socket?.close(code, reason);
      assert.deepEqual(await recorder.count(1), [`${code} ${reason}`]);
    }
    const withoutCode = await recorded(port);
    socket?.close();
    assert.deepEqual(await withoutCode.recorder.count(1), ['1005 ']);
    for (const [status, seen] of [
      [{ code: 4001, reason: 'bye' }, '4001 bye'],
      [NO_STATUS, '1005 '],
      [ABNORMAL, '1006 '],
    ] as const) {
      const { channel, recorder } = await recorded(port);
      const closed = event(socket as WebSocket, 'close');
      channel.send(Message.text('x'.repeat(8 << 20)));
      const message = event(socket as WebSocket, 'message');
      channel.close(status);
      channel.close({ code: 4999, reason: 'a second time' });
      assert.equal(((await message)[0] as Buffer).length, 8 << 20);
      const [code, reason] = await closed;
      assert.equal(`${code} ${reason}`, seen);
      assert.deepEqual(await recorder.arrivals(1), [seen]);
    }
  });

  it('ends the connection with 1006 when it breaks off', async () => {
    const { recorder } = await recorded(await servers.webSocket((socket) => socket.terminate()));
    assert.deepEqual(await recorder.count(1), ['1006 ']);
  });

  it('that sends too long a message is closed with 1009', async () => {
    const port = await servers.webSocket((socket) => socket.send('x'.repeat(101)));
    const { recorder } = await recorded(port, { options: { maxMessage: 100 } });
    assert.deepEqual(await recorder.count(1), ['1009 ']);
  });

  it('may send and end before anyone listens', async () => {
    const port = await servers.webSocket((socket) => {
      socket.send('early');
      socket.close(4003, 'kicked');
    });
    const { channel } = await connect(port);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const recorder = new Recorder();
    channel.attach(recorder);
    assert.deepEqual(await recorder.count(2), ['early', '4003 kicked']);
  });

  it('may send fragments, and gets none', async () => {
    const heads: number[] = [];
    const port = await servers.webSocket((socket) => {
      socket.send('a', { fin: false });
      socket.send('b', { fin: false });
      socket.send('c');
    });
    const raw = await servers.http((server) => {
      server.on('upgrade', (request, socket) => {
        socket.on('data', (chunk: Buffer) => heads.push(chunk[0] as number));
        socket.on('error', () => {});
        answer101(request.headers['sec-websocket-key'] as string, socket as Socket);
      });
    });
    assert.deepEqual(await (await recorded(port)).recorder.count(1), ['abc']);
    const { channel } = await recorded(raw);
    channel.send(Message.text('x'.repeat(100_000)));
    while (heads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(heads[0], 0x81);
  });

  it('is not read before anyone listens, nor while the other side does not take more', async () => {
    for (const early of [true, false]) {
      let socket: WebSocket | undefined;
      const port = await servers.webSocket((accepted) => {
        socket = accepted;
      });
      const { channel } = await connect(port);
      const recorder = new Recorder();
      if (!early) {
        channel.attach(recorder);
        channel.pause();
      }
      const chunk = Buffer.alloc(1 << 20);
      const count = await pour(128, (written) => socket?.send(chunk, written));
      assert.ok(count < 64, `${count} MiB went out`);
      assert.ok(recorder.received.length <= 1, `${recorder.received.length} messages came`);
      if (early) channel.attach(recorder);
      else channel.resume();
      await recorder.count(count + 1);
    }
  });

  it('asks to wait when it does not take more, and says when it does', async () => {
    let socket: WebSocket | undefined;
    const port = await servers.webSocket((accepted) => {
      socket = accepted;
      accepted.pause();
    });
    const { channel, recorder } = await recorded(port);
    const message = Message.binary(Buffer.alloc(16 * 1024));
    let count = 1;
    while (channel.send(message)) count++;
    channel.send(message);
    assert.ok(channel.bufferedAmount > 64 * 1024);
    assert.deepEqual(recorder.received, []);
    socket?.resume();
    assert.deepEqual(await recorder.count(1), ['(drained)']);
    assert.equal(channel.send(message), true);
    assert.ok(count > 3);
  });

  it('is pinged only when its route says so, and only in silence', async () => {
    let socket: WebSocket | undefined;
    const port = await servers.webSocket((accepted) => {
      socket = accepted;
    });
    const clock = new TestClock();
    await recorded(port, { options: { clock } });
    assert.equal(clock.timers, 0);
    const { recorder, channel } = await recorded(port, { options: { clock, ping: 10_000 } });
    const ping = event(socket as WebSocket, 'ping');
    clock.advance(10_000);
    await ping;
    let pings = 0;
    socket?.on('ping', () => pings++);
    socket?.send('a sign of life');
    await recorder.count(1);
    clock.advance(5000);
    const closed = recorder.count(2);
    channel.close({ code: 1000, reason: '' });
    await closed;
    assert.equal(pings, 0);
    assert.equal(clock.timers, 0);
  });

  it('refuses with its status, and its redirects are not followed', async () => {
    for (const status of [302, 401, 403, 404, 426, 500, 503]) {
      const port = await servers.http((server) => {
        server.on('upgrade', (_request, socket) => {
          socket.end(`HTTP/1.1 ${status} No\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nno`);
        });
      });
      const error = await refusal(connect(port));
      assert.equal(error.status, status);
      assert.equal(/intermediary/.test(error.message), status === 426);
    }
  });

  it('that cannot be reached refuses', async () => {
    const port = await servers.http(() => {});
    servers.stopAll();
    assert.equal((await refusal(connect(port))).status, undefined);
  });

  it('has a bounded time to answer, and may be given up', async () => {
    const requested: Socket[] = [];
    const port = await servers.http((server) => {
      server.on('upgrade', (_request, socket) => requested.push(socket as Socket));
    });
    const silent = async (): Promise<Socket> => {
      while (requested.length === 0) await new Promise((resolve) => setImmediate(resolve));
      return requested.pop() as Socket;
    };
    const clock = new TestClock();
    const late = refusal(connect(port, { options: { clock, connectTimeout: 7000 } }));
    const socket = await silent();
    clock.advance(7000);
    assert.match((await late).message, /no answer within 7000 ms/);
    await event(socket.resume(), 'end');
    const giveUp = new AbortController();
    const given = refusal(connect(port, { options: { clock }, signal: giveUp.signal }));
    const other = await silent();
    giveUp.abort();
    assert.match((await given).message, /given up/);
    await event(other.resume(), 'end');
    assert.match((await refusal(connect(port, { signal: giveUp.signal }))).message, /given up/);
    assert.equal(clock.timers, 0);
  });

  it('has no credentials and no path of a client in its name', () => {
    assert.equal(upstreamBackend(target(9001, { path: '/app' }), options).name, 'ws://127.0.0.1:9001/app');
  });

  describe('over TLS', () => {
    let certificate: { cert: Buffer; key: Buffer };

    before(function () {
      requireOrSkip(this, 'openssl');
      const made = selfSigned() as SelfSigned;
      certificate = { cert: readFileSync(made.cert), key: readFileSync(made.key) };
      made.remove();
    });

    async function secureEcho(): Promise<number> {
      const server = createTlsServer(certificate);
      new WebSocketServer({ server }).on('connection', echo);
      const port = await listen(server);
      servers.onStop(() => {
        server.closeAllConnections();
        server.close();
      });
      return port;
    }

    it('is verified by the name of the target, whatever Host says', async () => {
      const ca = certificate.cert;
      const secure = { secure: true, hostname: 'localhost', ca };
      const port = await secureEcho();
      const { channel, recorder } = await recorded(port, { target: { ...secure, host: 'client.test' } });
      channel.send(Message.text('secret'));
      assert.deepEqual(await recorder.count(1), ['secret']);
      channel.close(NO_STATUS);
      await refusal(connect(port, { target: { ...secure, hostname: '127.0.0.1', host: 'localhost' } }));
    });

    it('is refused when its certificate is not trusted', async () => {
      await refusal(connect(await secureEcho(), { target: { secure: true, hostname: 'localhost' } }));
    });
  });

  describe('of another make: websocketd', () => {
    it('echoes lines, with emoji and of 1 MiB', async function () {
      requireOrSkip(this, 'websocketd');
      const daemon = await websocketd('cat');
      servers.onStop(daemon.stop);
      const { channel, recorder } = await recorded(daemon.port);
      const lines = ['line', '\u{1f600}', 'x'.repeat(1 << 20)];
      for (const line of lines) channel.send(Message.text(line));
      assert.deepEqual(await recorder.arrivals(3), lines);
      channel.close({ code: 4001, reason: 'bye' });
      // It answers with the code and forgets the reason.
      assert.equal((await recorder.arrivals(4))[3], '4001 ');
    });
  });
});

function answer101(key: string, socket: Socket): void {
  socket.write(
    `HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`,
  );
}
