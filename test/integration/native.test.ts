import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import type { Backend } from '../../gateway/backend/backend.ts';
import { echoBackend } from '../../gateway/backend/echo.ts';
import type { GatewaySocket } from '../../gateway/backend/gateway-socket.ts';
import { type Handler, type HandlerOptions, handlerBackend } from '../../gateway/backend/handler.ts';
import { systemClock } from '../../gateway/base/clock.ts';
import { RefusedError } from '../../gateway/base/errors.ts';
import { silentLog } from '../../gateway/base/log.ts';
import type { NativeConnection } from '../../gateway/native/upgrade-request.ts';
import { finished } from '../support/native-end.ts';
import { nativeGateways } from '../support/servers/native-gateways.ts';
import { event, frame, pour, RawClient, Servers, sampleAccept } from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';

const mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d);

describe('the native endpoint', () => {
  const servers = new Servers();
  const gateway = nativeGateways(servers);
  afterEach(() => servers.stopAll());

  const handled = (handler: Handler, options: Partial<HandlerOptions> = {}): Backend =>
    handlerBackend(
      'handler',
      handler,
      { maxBuffered: 1 << 24, ...options },
      { clock: systemClock, log: silentLog, connectTimeout: 10_000 },
    );

  async function browser(port: number, protocols: string[] = []): Promise<WebSocket> {
    const client = new WebSocket(`ws://127.0.0.1:${port}/chat?room=1`, protocols);
    servers.onStop(() => client.terminate());
    await event(client, 'open');
    return client;
  }

  describe('in front of echo:', () => {
    it('echoes every kind of message', async () => {
      const client = await browser(await gateway(echoBackend));
      assert.equal(client.extensions, '');
      for (const message of [
        'text',
        '',
        '\u{1f600} \u0000',
        'x'.repeat(1 << 20),
        Buffer.alloc(70_000, 1),
        Buffer.alloc(0),
      ]) {
        const answer = event(client, 'message');
        client.send(message);
        const [data, isBinary] = await answer;
        assert.equal(isBinary, typeof message !== 'string');
        assert.ok(Buffer.from(message as string).equals(data as Buffer));
      }
    });

    it('selects the first subprotocol offered', async () => {
      const port = await gateway(echoBackend);
      assert.equal((await browser(port, ['chat', 'superchat'])).protocol, 'chat');
      assert.equal((await browser(port)).protocol, '');
    });

    it('echoes code and reason of a Close', async () => {
      const port = await gateway(echoBackend);
      for (const [args, seen] of [
        [[4001, 'bye'], '4001 bye'],
        [[], '1005 '],
      ] as [[number?, string?], string][]) {
        const client = await browser(port);
        const closed = event(client, 'close');
        client.close(...args);
        const [code, reason] = await closed;
        assert.equal(`${code} ${reason}`, seen);
      }
    });

    it('takes no more than its client reads', async () => {
      const client = await browser(await gateway(echoBackend));
      let received = 0;
      client.on('message', () => received++);
      client.pause();
      const chunk = Buffer.alloc(1 << 20);
      const count = await pour(128, (written) => client.send(chunk, written));
      assert.ok(count < 64, `${count} MiB went out`);
      client.resume();
      while (received < count + 1) await event(client, 'message');
      assert.equal(client.bufferedAmount, 0);
    });
  });

  describe('in front of a handler', () => {
    it('calls it with a socket and the request', async () => {
      const port = await gateway(
        handled((socket, request) => {
          const { url, method, headers, socket: connection } = request;
          socket.send(
            JSON.stringify([url, method, headers.host, connection.remoteAddress, connection.encrypted]),
          );
          socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
        }),
      );
      const client = await RawClient.handshake(port, '/chat?room=1');
      await client.until('\r\n\r\n');
      const hello = '["/chat?room=1","GET","gateway.test","203.0.113.9",false]';
      assert.deepEqual(await client.read(hello.length + 2), frame(0x81, hello));
      client.write(frame(0x81, 'Hello', mask));
      assert.deepEqual(await client.read(7), frame(0x81, 'Hello'));
    });

    it('selects the subprotocol that it chooses', async () => {
      const handleProtocols = (offered: Set<string>): string | false => (offered.has('b') ? 'b' : false);
      const port = await gateway(handled((socket) => socket.send(socket.protocol), { handleProtocols }));
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, ['a', 'b']);
      const hello = event(client, 'message');
      await event(client, 'open');
      assert.equal(client.protocol, 'b');
      assert.equal(String((await hello)[0]), 'b');
      const [error] = await event(new WebSocket(`ws://127.0.0.1:${port}/`, ['a']), 'error');
      assert.match(String(error), /no subprotocol/);
    });

    it('passes a Close both ways, and an end without one', async () => {
      let socket: GatewaySocket | undefined;
      const port = await gateway(
        handled((accepted) => {
          socket = accepted;
        }),
      );
      const first = await browser(port);
      const kicked = event(first, 'close');
      socket?.send('last words');
      socket?.close(4003, 'kicked');
      assert.deepEqual((await kicked).map(String), ['4003', 'kicked']);
      const second = await browser(port);
      const left = event(socket as GatewaySocket, 'close');
      second.close(4001, 'bye');
      assert.deepEqual((await left).map(String), ['4001', 'bye']);
      const third = await browser(port);
      const lost = event(socket as GatewaySocket, 'close');
      third.terminate();
      assert.equal((await lost)[0], 1006);
      const fourth = await browser(port);
      const broken = event(fourth, 'close');
      socket?.terminate();
      assert.equal((await broken)[0], 1006);
    });

    it('that throws refuses that client only', async () => {
      let broken = true;
      const port = await gateway(
        handled((socket) => {
          if (broken) throw new Error('secret');
          socket.send('fine');
        }),
      );
      const client = await RawClient.handshake(port);
      const answer = (await client.rest()).toString();
      assert.match(answer, /^HTTP\/1\.1 500 /);
      assert.ok(!answer.includes('secret'));
      broken = false;
      assert.equal((await browser(port)).readyState, WebSocket.OPEN);
    });
  });

  describe('in the handshake', () => {
    it('answers 101 only when the backend has accepted', async () => {
      let accept: () => void = () => {};
      const accepted = new Promise<void>((resolve) => {
        accept = resolve;
      });
      const slow: Backend = {
        name: 'slow',
        connect: async (handshake, signal) => {
          await accepted;
          return echoBackend.connect(handshake, signal);
        },
      };
      const client = await RawClient.handshake(await gateway(slow));
      let answered = false;
      client.socket.on('data', () => {
        answered = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(answered, false);
      accept();
      const head = await client.until('\r\n\r\n');
      assert.match(head, /^HTTP\/1\.1 101 /);
      assert.ok(head.includes(sampleAccept));
    });

    it('answers the status of a backend that refuses, or 502', async () => {
      for (const [error, status] of [
        [new RefusedError('no', 401), 401],
        [new RefusedError('no', 200), 502],
        [new RefusedError('no'), 502],
        [new Error('bug'), 502],
      ] as const) {
        const backend: Backend = { name: 'refusing', connect: () => Promise.reject(error) };
        const client = await RawClient.handshake(await gateway(backend));
        assert.match((await client.rest()).toString(), new RegExp(`^HTTP/1\\.1 ${status} `));
      }
    });

    it('refuses a bad one with 400 before it dials a backend', async () => {
      let requested = 0;
      const backend: Backend = {
        name: 'counting',
        connect: (handshake, signal) => {
          requested++;
          return echoBackend.connect(handshake, signal);
        },
      };
      const port = await gateway(backend);
      for (const [name, value] of [
        ['Upgrade', 'h2c'],
        ['Sec-WebSocket-Key', 'short'],
        ['Content-Length', '5'],
      ] as const) {
        const client = await RawClient.handshake(port, '/', { [name]: value });
        assert.match((await client.rest()).toString(), /^HTTP\/1\.1 400 /);
      }
      assert.equal(requested, 0);
    });

    it('answers a client of an unknown version with the known ones, and dials no backend', async () => {
      const port = await gateway(handled(() => assert.fail('it was dialed')));
      const client = await RawClient.handshake(port, '/', { 'Sec-WebSocket-Version': '6' });
      const answer = (await client.rest()).toString();
      assert.match(answer, /^HTTP\/1\.1 426 /);
      assert.match(answer, /\r\nSec-WebSocket-Version: 13/);
    });

    it('serves clients of drafts 7 and 8, whose frames are those of the RFC', async () => {
      const port = await gateway(echoBackend);
      for (const version of ['7', '8']) {
        const client = await RawClient.handshake(port, '/', { 'Sec-WebSocket-Version': version });
        assert.ok((await client.until('\r\n\r\n')).includes(sampleAccept));
        client.write(frame(0x81, 'Hello', mask));
        assert.deepEqual(await client.read(7), frame(0x81, 'Hello'));
      }
    });

    it('ends the attempt at the backend when the client breaks off', async () => {
      let connected: (signal: AbortSignal) => void = () => {};
      const requested = new Promise<AbortSignal>((resolve) => {
        connected = resolve;
      });
      const backend: Backend = {
        name: 'never',
        connect: (_handshake, signal) => {
          connected(signal);
          return new Promise(() => {});
        },
      };
      const client = await RawClient.handshake(await gateway(backend));
      const signal = await requested;
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      client.socket.resetAndDestroy();
      await aborted;
    });
  });

  it('closes a message that is too long with 1009', async () => {
    const client = await RawClient.handshake(await gateway(echoBackend, { maxMessage: 100 }));
    await client.until('\r\n\r\n');
    client.write(frame(0x82, Buffer.alloc(101), mask));
    assert.deepEqual(await client.rest(), frame(0x88, Buffer.of(0x03, 0xf1)));
  });

  it('pings a silent client, and takes unsolicited Pongs', async () => {
    const clock = new TestClock();
    const client = await RawClient.handshake(await gateway(echoBackend, { clock, clientPing: 25_000 }));
    await client.until('\r\n\r\n');
    client.write(
      Buffer.concat([frame(0x8a, '', mask), frame(0x8a, 'unsolicited', mask), frame(0x81, 'x', mask)]),
    );
    assert.deepEqual(await client.read(3), frame(0x81, 'x'));
    clock.advance(12_500);
    clock.advance(12_500);
    assert.deepEqual(await client.read(2), frame(0x89, ''));
  });

  it('that drains closes with 1001, and refuses a handshake under way with 503', async () => {
    const connections: NativeConnection[] = [];
    const opened = (connection: NativeConnection): void => void connections.push(connection);
    const client = await browser(await gateway(echoBackend, { opened }));
    const closed = event(client, 'close');
    connections[0]?.drain();
    assert.equal((await closed)[0], 1001);
    await finished(connections[0] as NativeConnection);
    const waiting: Backend = { name: 'never', connect: () => new Promise(() => {}) };
    const raw = await RawClient.handshake(
      await gateway(waiting, {
        opened: (connection) => {
          connections.push(connection);
          connection.drain();
        },
      }),
    );
    assert.match((await raw.rest()).toString(), /^HTTP\/1\.1 503 /);
    raw.socket.end();
    await finished(connections[1] as NativeConnection);
  });
});
