import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import type { Upgrade } from '../../../gateway/http/upgrade.ts';
import { selfSigned } from '../../support/machine/self-signed.ts';
import { ask, rawClient, statusOf } from './raw-client.ts';
import { startServer as start, type TestServer, type TestServerOptions } from './test-server.ts';

const get = 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n';
const upgrade = 'GET /ws HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

const started: TestServer[] = [];

async function startTracked(options: TestServerOptions): Promise<TestServer> {
  const server = await start(options);
  started.push(server);
  return server;
}

async function closeAll(): Promise<void> {
  for (const server of started.splice(0)) await server.close();
}

for (const [name, paths] of [
  ['the server', {}],
  ['the server, lent each request by the fast path', { fast: true, takes: () => false }],
] as const) {
  describe(name, () => {
    const startServer = (options: TestServerOptions) => startTracked({ ...options, ...paths });

    afterEach(closeAll);

    it('rejects when the address is taken', async () => {
      const { port } = await startServer({});
      const listen = { host: '127.0.0.1', port };
      await assert.rejects(startServer({ settings: { listen } }), { code: 'EADDRINUSE' });
    });

    it('adds nothing to a connection that asks for h2c again and again', async () => {
      const counts: string[] = [];
      const { port } = await startServer({
        otherwise: ({ socket }, response) => {
          counts.push(
            socket
              .eventNames()
              .map((name) => `${String(name)} ${socket.listenerCount(name)}`)
              .sort()
              .join(),
          );
          response.end(`answer ${counts.length}`);
        },
      });
      const upgraded = get.replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      const client = rawClient(port, upgraded);
      for (let requested = 1; requested < 5; requested++) {
        await client.read((text) => text.includes(`answer ${requested}`));
        client.socket.write(upgraded);
      }
      await client.read((text) => text.includes('answer 5'));
      client.socket.destroy();
      assert.equal(new Set(counts).size, 1, `listeners: ${counts.join('; ')}`);
    });

    it('ends idle connections at once when it closes', async () => {
      const { server, port } = await startServer({});
      const client = rawClient(port, get);
      await client.read((text) => text.includes('nobody'));
      await server.close(10_000);
      await client.read();
    });

    it('lets a request under way be answered, then ends its connection', async () => {
      let held: Exchange | undefined;
      let came: (() => void) | undefined;
      const arrived = new Promise<void>((resolve) => {
        came = resolve;
      });
      const { server, port } = await startServer({
        onRequest: (exchange) => {
          held = exchange;
          came?.();
          return true;
        },
      });
      const client = rawClient(port, get);
      await arrived;
      const closed = server.close(10_000);
      held?.reply(200, {}, 'answered');
      assert.match(await client.read(), /answered$/);
      await closed;
    });

    it('ends what is left after its timeout, upgraded connections too', async () => {
      const taken: Upgrade[] = [];
      const { server, port } = await startServer({
        onRequest: () => true,
        onUpgrade: (request) => taken.push(request) > 0,
      });
      const held = rawClient(port, get);
      const native = rawClient(port, upgrade);
      while (taken.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await server.close(1);
      await Promise.all([held.read(), native.read()]);
    });

    it('ends a connection that was idle for the keep-alive timeout', async () => {
      const { port } = await startServer({ settings: { keepAlive: 60 } });
      const client = rawClient(port, get);
      assert.match(await client.read(), /nobody/);
    });

    it('gives up a client that reads nothing of its answer, and none that waits for one', async () => {
      let answer: (() => void) | undefined;
      const { server, port } = await startServer({
        settings: { headerTimeout: 1_000, requestTimeout: 1_000 },
        onRequest: (exchange) => {
          if (exchange.path === '/long') exchange.reply(200, {}, Buffer.alloc(64 * 1024 ** 2));
          else answer = () => exchange.reply(200, {}, 'late');
          return true;
        },
      });
      const waiting = rawClient(port, 'GET /wait HTTP/1.1\r\nHost: gw\r\n\r\n');
      await once(server.node, 'connection');
      const deaf = rawClient(port, 'GET /long HTTP/1.1\r\nHost: gw\r\n\r\n');
      deaf.socket.pause();
      const [connection] = (await once(server.node, 'connection')) as [Socket];
      await once(connection, 'close');
      answer?.();
      assert.match(await waiting.read((text) => text.includes('late')), /^HTTP\/1\.1 200 /);
      waiting.socket.destroy();
      deaf.socket.destroy();
    });

    it('passes an upgrade on with the bytes that came behind it', async () => {
      let seen: Upgrade | undefined;
      const { port } = await startServer({
        onUpgrade: (request) => {
          seen = request;
          request.reply(403, { 'x-own': '1' }, 'not you\n');
          return true;
        },
      });
      const answer = await ask(port, `${upgrade}early`);
      assert.equal(statusOf(answer), 403);
      assert.match(answer, /\r\nx-own: 1\r\n[\s\S]*\r\nnot you\n$/);
      assert.deepEqual([seen?.path, seen?.head.toString()], ['/ws', 'early']);
    });

    it('survives a client that resets while its upgrade is refused', async () => {
      let taken: Upgrade | undefined;
      const { port } = await startServer({
        onUpgrade: (request) => {
          taken = request;
          return true;
        },
      });
      const client = rawClient(port, upgrade);
      while (taken === undefined) await new Promise((resolve) => setImmediate(resolve));
      const { socket } = taken;
      const gone = new Promise((resolve) => socket.once('close', resolve));
      client.socket.resetAndDestroy();
      taken.socket.write('x');
      await gone;
      taken.reply(500, {}, 'late\n');
    });
  });
}

describe('the server over TLS', () => {
  const files = selfSigned();
  before(function () {
    if (files !== undefined) return;
    console.log('    openssl is missing: TLS is not tested');
    this.skip();
  });
  afterEach(closeAll);
  after(() => files?.remove());

  async function secure(
    minVersion: 'TLSv1.2' | 'TLSv1.3' | undefined,
    onRequest: (exchange: Exchange) => boolean,
    paths: TestServerOptions = {},
  ) {
    assert.ok(files);
    const cert = readFileSync(files.cert);
    const key = readFileSync(files.key);
    return {
      cert,
      ...(await startTracked({
        onRequest,
        ...paths,
        settings: { tls: { cert, key, minVersion, ciphers: undefined } },
      })),
    };
  }

  for (const [name, paths] of [
    ['', {}],
    [' on the fast path', { fast: true }],
    [' when the fast path lends them', { fast: true, takes: () => false }],
  ] as const) {
    it(`serves, and marks its requests as secure${name}`, async () => {
      const onRequest = (exchange: Exchange): boolean => {
        exchange.reply(200, {}, `${exchange.secure} ${exchange.remoteAddress}`);
        return true;
      };
      const { port, cert } = await secure(undefined, onRequest, paths);
      const socket = tlsConnect({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: cert,
        ALPNProtocols: ['h2', 'http/1.1'],
      });
      await once(socket, 'secureConnect');
      assert.equal(socket.alpnProtocol, 'http/1.1');
      socket.write(get);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      assert.match(chunk.toString(), /true 127\.0\.0\.1$/);
      socket.destroy();
    });
  }

  it('refuses versions below the minimum, and goes on', async () => {
    const { port, cert } = await secure('TLSv1.3', (exchange) => {
      exchange.reply(200, {}, '');
      return true;
    });
    const old = tlsConnect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: cert,
      maxVersion: 'TLSv1.2',
    });
    await assert.rejects(once(old, 'secureConnect'));
    assert.equal(statusOf(await ask(port, get)) || 0, 0, 'plain HTTP on the TLS port');
    const good = tlsConnect({ port, host: '127.0.0.1', servername: 'localhost', ca: cert });
    await once(good, 'secureConnect');
    good.destroy();
  });
});
