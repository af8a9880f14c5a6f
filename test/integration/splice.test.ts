import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { UpstreamTarget } from '../../gateway/backend/target.ts';
import { systemClock } from '../../gateway/base/clock.ts';
import { type Log, silentLog } from '../../gateway/base/log.ts';
import { type SpliceOptions, spliceUpgrade } from '../../gateway/native/splice.ts';
import type { NativeConnection } from '../../gateway/native/upgrade-request.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { type SelfSigned, selfSigned } from '../support/machine/self-signed.ts';
import { finished } from '../support/native-end.ts';
import { websocketd } from '../support/servers/upstream-websocketd.ts';
import {
  event,
  frame,
  listen,
  pour,
  RawClient,
  Servers,
  sampleAccept,
  target,
} from '../support/servers/upstreams.ts';
import { TestClock } from '../support/test-clock.ts';
import { until } from '../support/until.ts';

const mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d);
const switched = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${sampleAccept}\r\n`;

describe('a native WebSocket spliced with its upstream', () => {
  const servers = new Servers();
  afterEach(() => servers.stopAll());

  /** A gateway that splices with that upstream; answers its port. */
  function gateway(
    upstream: number,
    changes: Partial<
      SpliceOptions & { target: Partial<UpstreamTarget>; opened(splice: NativeConnection): void }
    > = {},
  ): Promise<number> {
    const { target: targetChanges, opened, ...rest } = changes;
    const options: SpliceOptions = {
      clock: systemClock,
      log: silentLog,
      connectTimeout: 5000,
      maxMessage: 1 << 24,
      clientPing: 0,
      ...rest,
    };
    return servers.upgrades((request) => {
      const splice = spliceUpgrade(request, target(upstream, targetChanges), options);
      opened?.(splice);
    });
  }

  /** An upstream that answers every request to upgrade with `answer`, and then is ours. */
  function scripted(
    answer: string,
    serve: (socket: Socket, request: IncomingMessage) => void = () => {},
  ): Promise<number> {
    return servers.http((server) => {
      server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
        socket.on('error', () => {});
        socket.write(answer, 'latin1');
        serve(socket, request);
      });
    });
  }

  /** A client and an upstream that are spliced, both read by hand. */
  async function joined(
    changes?: Parameters<typeof gateway>[1],
  ): Promise<{ client: RawClient; upstream: RawClient }> {
    let upstream: RawClient | undefined;
    const port = await scripted(`${switched}\r\n`, (socket) => {
      upstream = new RawClient(socket);
    });
    const client = await RawClient.handshake(await gateway(port, changes));
    await client.until('\r\n\r\n');
    assert.ok(upstream);
    return { client, upstream };
  }

  describe('in the handshake', () => {
    it('sends the fields of the client on, key and offers included', async () => {
      let requested: IncomingMessage | undefined;
      const port = await scripted(
        `${switched}Sec-WebSocket-Protocol: superchat\r\nSet-Cookie: s=1\r\n\r\n`,
        (_, request) => {
          requested = request;
        },
      );
      const client = await RawClient.handshake(await gateway(port, { target: { path: '/app' } }), '/x?y=1', {
        Origin: 'http://page.test',
        Cookie: 'a=1',
        'Sec-WebSocket-Protocol': 'chat, superchat',
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
        'X-Forwarded-For': '127.0.0.1',
        'Proxy-Authorization': 'x',
      });
      const answer = await client.until('\r\n\r\n');
      assert.ok(answer.startsWith('HTTP/1.1 101 '));
      assert.match(answer, /\r\nUpgrade: websocket\r\n/);
      assert.match(answer, new RegExp(`\r\nSec-WebSocket-Accept: ${sampleAccept.replace('+', '\\+')}\r\n`));
      assert.match(answer, /\r\nSec-WebSocket-Protocol: superchat\r\nSet-Cookie: s=1\r\n/);
      assert.equal(requested?.url, '/app/x?y=1');
      assert.deepEqual(requested?.rawHeaders, [
        ...['Host', 'gateway.test', 'Cookie', 'a=1', 'Origin', 'http://page.test'],
        ...[
          'X-Forwarded-For',
          '203.0.113.9',
          'X-Forwarded-Proto',
          'http',
          'X-Forwarded-Host',
          'gateway.test',
          'X-Forwarded-Port',
          '80',
        ],
        ...['Upgrade', 'websocket', 'Connection', 'Upgrade'],
        ...['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13'],
        ...['Sec-WebSocket-Protocol', 'chat, superchat'],
        ...['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits'],
      ]);
    });

    it('sends drafts 7 and 8 on as the RFC, and other versions as they are', async () => {
      const requested: unknown[] = [];
      const port = await scripted(`${switched}\r\n`, (_, request) => {
        requested.push(request.headers['sec-websocket-version']);
      });
      const through = await gateway(port);
      for (const version of ['7', '8', '6']) {
        const client = await RawClient.handshake(through, '/', { 'Sec-WebSocket-Version': version });
        await client.until('\r\n\r\n');
      }
      assert.deepEqual(requested, ['13', '13', '6']);
    });

    it('passes the bytes that both sent together with it', async () => {
      let upstream: RawClient | undefined;
      const port = await scripted(`${switched}\r\n\x81\x05early`, (socket) => {
        upstream = new RawClient(socket);
      });
      const client = await RawClient.connect(await gateway(port));
      const request = `GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
      const early = frame(0x81, 'me too', mask);
      client.write(Buffer.concat([Buffer.from(request), early]));
      await client.until('\r\n\r\n');
      assert.deepEqual(await client.read(7), frame(0x81, 'early'));
      assert.deepEqual(await upstream?.read(early.length), early);
    });

    it('answers with the status of an upstream that refuses, and passes nothing else of its answer', async () => {
      for (const status of [302, 401, 403, 426, 503]) {
        const port = await scripted(
          `HTTP/1.1 ${status} Secret\r\nLocation: ws://secret/\r\nX-Secret: 1\r\nWWW-Authenticate: Basic\r\nContent-Length: 6\r\n\r\nsecret`,
        );
        const client = await RawClient.handshake(await gateway(port));
        const answer = (await client.rest()).toString();
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
        assert.ok(!/secret/i.test(answer), answer);
        assert.match(answer, /\r\nWWW-Authenticate: Basic\r\n/);
        assert.match(answer, /\r\nConnection: close\r\n/);
      }
    });

    it('says in the log when an upstream answers 426', async () => {
      const lines: string[] = [];
      const log: Log = {
        ...silentLog,
        warn: (message, fields) => lines.push(`${message} ${fields?.reason}`),
      };
      const port = await scripted('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n');
      const client = await RawClient.handshake(await gateway(port, { log }));
      await client.rest();
      assert.equal(lines.length, 1);
      assert.match(lines[0] as string, /426: an intermediary/);
    });

    it('answers 502 to a 101 that is not valid', async () => {
      const invalid = [
        switched.replace('Upgrade: websocket', 'Upgrade: h2c'),
        switched.replace('Upgrade: websocket\r\n', ''),
        switched.replace('Connection: Upgrade', 'Connection: close'),
        switched.replace(sampleAccept, 's3pPLMBiTxaQ9kYGzzhZRbK+xOO='),
        switched.replace(/Sec-WebSocket-Accept.*\r\n/, ''),
        `${switched}Sec-WebSocket-Protocol: chat\r\n`,
        `${switched}Sec-WebSocket-Extensions: permessage-deflate\r\n`,
      ];
      for (const answer of invalid) {
        const port = await scripted(`${answer}\r\n\x81\x06secret`);
        const client = await RawClient.handshake(await gateway(port));
        const got = (await client.rest()).toString('latin1');
        assert.match(got, /^HTTP\/1\.1 502 /, answer);
        assert.ok(!got.includes('secret'));
      }
    });

    it('answers 502 for a 200, for bytes that are not HTTP, and for an upstream that is not there', async () => {
      const gone = await servers.http((server) =>
        server.on('upgrade', (_request, socket) => socket.destroy()),
      );
      for (const port of [
        await scripted('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
        await scripted('SSH-2.0-OpenSSH\r\n'),
        await scripted(`HTTP/1.1 101 S\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
        gone,
        1,
      ]) {
        const client = await RawClient.handshake(await gateway(port));
        assert.match((await client.rest()).toString(), /^HTTP\/1\.1 502 /);
      }
    });

    it('answers 502 when the upstream takes too long, and closes its connection', async () => {
      const clock = new TestClock();
      let requested: (socket: Socket) => void = () => {};
      const silent = new Promise<Socket>((resolve) => {
        requested = resolve;
      });
      const port = await scripted('', (socket) => requested(socket));
      const client = await RawClient.handshake(await gateway(port, { clock, connectTimeout: 5000 }));
      const released = event((await silent).resume(), 'end');
      clock.advance(5000);
      assert.match((await client.rest()).toString(), /^HTTP\/1\.1 502 /);
      await released;
      assert.equal(clock.timers, 0);
    });

    it('refuses a bad one with 400 before it dials an upstream', async () => {
      let requested = 0;
      const port = await gateway(await scripted(`${switched}\r\n`, () => requested++));
      for (const fields of [{ 'Sec-WebSocket-Key': 'short' }, { Connection: 'Upgrade', Upgrade: 'h2c' }]) {
        const client = await RawClient.handshake(port, '/', fields);
        assert.match((await client.rest()).toString(), /^HTTP\/1\.1 400 /);
      }
      const dots = await RawClient.handshake(port, '/../admin');
      assert.match((await dots.rest()).toString(), /^HTTP\/1\.1 400 /);
      assert.equal(requested, 0);
    });

    it('closes the connection to the upstream when the client breaks off', async () => {
      let requested: (socket: Socket) => void = () => {};
      const silent = new Promise<Socket>((resolve) => {
        requested = resolve;
      });
      const client = await RawClient.handshake(
        await gateway(await scripted('', (socket) => requested(socket))),
      );
      const upstream = await silent;
      client.socket.resetAndDestroy();
      await event(upstream.resume(), 'end');
    });
  });

  describe('once joined', () => {
    it('passes every byte as it came, wherever it is cut', async () => {
      const { client, upstream } = await joined();
      const frames = Buffer.concat([
        frame(0x81, 'Hello', mask),
        frame(0xc1, Buffer.from('compressed or not'), mask),
        frame(0x03, 'unknown opcode', mask),
        frame(0x82, Buffer.alloc(300, 7), mask),
        frame(0x8a, 'pong', mask),
      ]);
      for (let cut = 1; cut < frames.length; cut += cut < 120 ? 1 : 37) {
        client.write(frames.subarray(0, cut));
        await new Promise((resolve) => setImmediate(resolve));
        client.write(frames.subarray(cut));
        assert.deepEqual(await upstream.read(frames.length), frames, `cut at ${cut}`);
        upstream.write(frames.subarray(0, cut));
        await new Promise((resolve) => setImmediate(resolve));
        upstream.write(frames.subarray(cut));
        assert.deepEqual(await client.read(frames.length), frames, `cut at ${cut}`);
      }
    });

    it('is a whole WebSocket between two programs', async () => {
      const upstream = await servers.webSocket(
        (socket) => {
          socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        },
        { perMessageDeflate: { threshold: 0 } },
      );
      const client = new WebSocket(`ws://127.0.0.1:${await gateway(upstream)}/`, ['chat'], {
        perMessageDeflate: { threshold: 0 },
      });
      await event(client, 'open');
      assert.equal(client.protocol, 'chat');
      assert.equal(client.extensions, 'permessage-deflate');
      for (const message of ['text', '', '\u{1f600}', 'x'.repeat(1 << 20), Buffer.alloc(70_000, 1)]) {
        const answer = event(client, 'message');
        client.send(message);
        const [data, isBinary] = await answer;
        assert.equal(isBinary, typeof message !== 'string');
        assert.ok(Buffer.from(message as string).equals(data as Buffer));
      }
      const closed = event(client, 'close');
      client.close(4001, 'bye');
      const [code, reason] = await closed;
      assert.equal(`${code} ${reason}`, '4001 bye');
    });

    it('reaches an upstream over TLS, verified by the name of the target', async function () {
      requireOrSkip(this, 'openssl');
      const made = selfSigned() as SelfSigned;
      const [cert, key] = [readFileSync(made.cert), readFileSync(made.key)];
      made.remove();
      const server = createTlsServer({ cert, key });
      new WebSocketServer({ server }).on('connection', (socket) => socket.send('secret'));
      const upstream = await listen(server);
      servers.onStop(() => server.close().closeAllConnections());
      const secure = { secure: true, hostname: 'localhost', host: 'other.test' };
      const client = await RawClient.handshake(await gateway(upstream, { target: { ...secure, ca: cert } }));
      await client.until('\r\n\r\n');
      assert.deepEqual(await client.read(8), frame(0x81, 'secret'));
      const untrusted = await RawClient.handshake(await gateway(upstream, { target: secure }));
      assert.match((await untrusted.rest()).toString(), /^HTTP\/1\.1 502 /);
    });

    it('reaches websocketd', async function () {
      requireOrSkip(this, 'websocketd');
      const daemon = await websocketd('cat');
      servers.onStop(daemon.stop);
      const client = new WebSocket(`ws://127.0.0.1:${await gateway(daemon.port)}/`);
      await event(client, 'open');
      for (const line of ['line', '\u{1f600}', 'x'.repeat(1 << 20)]) {
        const answer = event(client, 'message');
        client.send(line);
        assert.equal(String((await answer)[0]), line);
      }
      const closed = event(client, 'close');
      client.close(4001, 'bye');
      assert.equal((await closed)[0], 4001);
    });

    it('passes an end without a Close as an end without a Close', async () => {
      const first = await joined();
      first.upstream.write(Buffer.of(0x81, 0x05, 0x48));
      first.upstream.socket.end();
      assert.deepEqual(await first.client.rest(), Buffer.of(0x81, 0x05, 0x48));
      const second = await joined();
      second.client.write(Buffer.of(0x82));
      second.client.socket.end();
      assert.deepEqual(await second.upstream.rest(), Buffer.of(0x82));
    });

    it('still passes the bytes of one side after the other has ended', async () => {
      const { client, upstream } = await joined();
      client.socket.end();
      await upstream.rest();
      upstream.write(frame(0x81, 'last words'));
      upstream.socket.end();
      assert.deepEqual(await client.rest(), frame(0x81, 'last words'));
    });

    it('ends both when one is reset, and nothing is thrown', async () => {
      const ended: Promise<void>[] = [];
      const opened = (splice: NativeConnection): void => void ended.push(finished(splice));
      const first = await joined({ opened });
      first.client.socket.resetAndDestroy();
      await first.upstream.rest();
      const second = await joined({ opened });
      second.upstream.socket.resetAndDestroy();
      await second.client.rest();
      second.client.socket.end();
      await Promise.all(ended);
    });

    it('waits a bounded time for the second side to end', async () => {
      const clock = new TestClock();
      let splice: NativeConnection | undefined;
      const { client, upstream } = await joined({
        clock,
        opened: (opened) => {
          splice = opened;
        },
      });
      upstream.socket.end();
      await client.rest();
      clock.advance(29_999);
      assert.equal(clock.timers, 1);
      clock.advance(1);
      await finished(splice as unknown as NativeConnection);
    });

    it('is finished when the upstream has taken what the client sent last', async () => {
      let client: Socket | undefined;
      let upstream: Socket | undefined;
      let isFinished = false;
      const port = await scripted(`${switched}\r\n`, (socket) => {
        upstream = socket.pause();
      });
      const through = await servers.upgrades((request) => {
        client = request.socket;
        const options = { clock: systemClock, log: silentLog, connectTimeout: 5000 };
        const bounds = { maxMessage: 1 << 24, clientPing: 0 };
        const splice = spliceUpgrade(request, target(port), { ...options, ...bounds });
        void finished(splice).then(() => {
          isFinished = true;
        });
      });
      const raw = await RawClient.handshake(through);
      await raw.until('\r\n\r\n');
      const chunk = frame(0x82, Buffer.alloc(1 << 20), mask);
      await pour(64, (written) => raw.socket.write(chunk, written));
      const gone = event(client as Socket, 'close');
      client?.destroy();
      await gone;
      assert.equal(isFinished, false);
      upstream?.resume();
      await until('the end', () => isFinished);
    });

    it('reads no side faster than the other takes', async () => {
      for (const towards of ['client', 'upstream'] as const) {
        const pair = await joined();
        const sink = pair[towards];
        const source = towards === 'client' ? pair.upstream : pair.client;
        sink.socket.pause();
        const chunk = Buffer.concat([frame(0x82, Buffer.alloc(1 << 20, 1), mask)]);
        const count = await pour(128, (written) => source.socket.write(chunk, written));
        assert.ok(count < 64, `${count} MiB went out`);
        sink.socket.resume();
        const length = (count + 1) * chunk.length;
        assert.equal((await sink.read(length)).length, length);
      }
    });
  });

  describe('toward a silent client', () => {
    it('inserts a Ping, and does not pass its Pong', async () => {
      const clock = new TestClock();
      const { client, upstream } = await joined({ clock, clientPing: 25_000 });
      clock.advance(25_000);
      const ping = await client.read(10);
      assert.deepEqual(ping.subarray(0, 2), Buffer.of(0x89, 8));
      const pong = frame(0x8a, ping.subarray(2), mask);
      const text = frame(0x81, 'text', mask);
      for (let cut = 1; cut < pong.length; cut++) {
        client.write(Buffer.concat([text, pong.subarray(0, cut)]));
        assert.deepEqual(await upstream.read(text.length), text);
        client.write(Buffer.concat([pong.subarray(cut), text]));
        assert.deepEqual(await upstream.read(text.length), text);
      }
    });

    it('passes unsolicited Pongs, and those that answer the upstream', async () => {
      const clock = new TestClock();
      const { client, upstream } = await joined({ clock, clientPing: 25_000 });
      clock.advance(25_000);
      await client.read(10);
      for (const payload of ['', 'theirs..', 'longer than eight']) {
        const pong = frame(0x8a, payload, mask);
        client.write(pong);
        assert.deepEqual(await upstream.read(pong.length), pong);
      }
    });

    it('inserts the Ping between two frames', async () => {
      const clock = new TestClock();
      const { client, upstream } = await joined({ clock, clientPing: 25_000 });
      const message = frame(0x82, Buffer.alloc(200, 5));
      upstream.write(message.subarray(0, 100));
      assert.deepEqual(await client.read(100), message.subarray(0, 100));
      clock.advance(25_000);
      upstream.write(Buffer.concat([message.subarray(100), message]));
      assert.deepEqual(await client.read(message.length - 100), message.subarray(100));
      assert.equal((await client.read(10))[0], 0x89);
      assert.deepEqual(await client.read(message.length), message);
    });

    it('stays quiet while the client is heard, and behind a Close', async () => {
      const clock = new TestClock();
      const { client, upstream } = await joined({ clock, clientPing: 25_000 });
      const text = frame(0x81, 'text', mask);
      for (let count = 0; count < 5; count++) {
        client.write(text);
        await upstream.read(text.length);
        clock.advance(12_500);
      }
      const close = frame(0x88, Buffer.of(0x03, 0xe8));
      upstream.write(close);
      assert.deepEqual(await client.read(4), close);
      clock.advance(25_000);
      upstream.socket.end();
      assert.equal((await client.rest()).length, 0);
    });

    it('clears its timers when the connection is gone', async () => {
      const clock = new TestClock();
      let splice: NativeConnection | undefined;
      const { client, upstream } = await joined({
        clock,
        clientPing: 25_000,
        opened: (opened) => {
          splice = opened;
        },
      });
      client.socket.end();
      upstream.socket.end();
      await finished(splice as unknown as NativeConnection);
      while (clock.timers > 0) await new Promise((resolve) => setImmediate(resolve));
    });
  });

  describe('at its end', () => {
    const unmasked = (bytes: Buffer): Buffer => {
      const key = bytes.subarray(2, 6);
      return Buffer.from(bytes.subarray(6).map((byte, index) => byte ^ (key[index & 3] as number)));
    };

    it('of draining closes both with 1001, each behind its frame', async () => {
      let splice: NativeConnection | undefined;
      const { client, upstream } = await joined({
        opened: (opened) => {
          splice = opened;
        },
      });
      const message = frame(0x82, Buffer.alloc(50, 5));
      upstream.write(message.subarray(0, 20));
      await client.read(20);
      splice?.drain();
      splice?.drain();
      const close = await upstream.rest();
      assert.deepEqual(close.subarray(0, 2), Buffer.of(0x88, 0x82));
      assert.deepEqual(unmasked(close), Buffer.of(0x03, 0xe9));
      upstream.write(Buffer.concat([message.subarray(20), frame(0x81, 'too late')]));
      assert.deepEqual(
        await client.rest(),
        Buffer.concat([message.subarray(20), frame(0x88, Buffer.of(0x03, 0xe9))]),
      );
      client.socket.end();
      upstream.socket.end();
      await finished(splice as unknown as NativeConnection);
    });

    it('is not closed a second time behind a Close', async () => {
      let splice: NativeConnection | undefined;
      const { client, upstream } = await joined({
        opened: (opened) => {
          splice = opened;
        },
      });
      const close = frame(0x88, Buffer.of(0x0f, 0xa1));
      upstream.write(close);
      assert.deepEqual(await client.read(4), close);
      splice?.drain();
      assert.equal((await client.rest()).length, 0);
    });

    it('of draining in the handshake is a 503', async () => {
      let splice: NativeConnection | undefined;
      const port = await scripted('', () => splice?.drain());
      const client = await RawClient.handshake(
        await gateway(port, {
          opened: (opened) => {
            splice = opened;
          },
        }),
      );
      assert.match((await client.rest()).toString(), /^HTTP\/1\.1 503 /);
    });

    it('of a message that is too long closes both with 1009, and does not pass the message', async () => {
      for (const towards of ['client', 'upstream'] as const) {
        const pair = await joined({ maxMessage: 100 });
        const small = frame(0x81, 'small', mask);
        const large = frame(0x82, Buffer.alloc(101), mask);
        const source = towards === 'client' ? pair.upstream : pair.client;
        source.write(Buffer.concat([small, large]));
        const [toClient, toUpstream] = await Promise.all([pair.client.rest(), pair.upstream.rest()]);
        const passed = towards === 'client' ? toClient : toUpstream;
        assert.deepEqual(passed.subarray(0, small.length), small);
        assert.deepEqual(toClient.subarray(-4), frame(0x88, Buffer.of(0x03, 0xf1)));
        assert.deepEqual(unmasked(toUpstream.subarray(-8)), Buffer.of(0x03, 0xf1));
        assert.equal(passed.length, small.length + (towards === 'client' ? 4 : 8));
      }
    });
  });
});
