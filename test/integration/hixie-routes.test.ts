import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import type { GatewayOptions } from '../../gateway/index.ts';
import { startNginx } from '../bench/nginx.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { conformanceService } from '../support/servers/conformance-upstream.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { event, listen, RawClient, Servers } from '../support/servers/upstreams.ts';

/** The example of draft-hixie-thewebsocketprotocol-76 §1.2. */
const keys = { 'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5', 'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00' };
const KEY3 = '^n:ds[4U';
const DIGEST = "8jKS'y:G*Co,Wxa-";

/** What a handshake has; of `undefined` there is no field. */
type Fields = Readonly<Record<string, string | undefined>>;

describe('a hixie client at a gateway', () => {
  const servers = new Servers();
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    servers.stopAll();
    for (const stop of stops.splice(0)) await stop();
  });

  async function gateway(options: GatewayOptions): Promise<number> {
    const started = await startGateway(options, (added) => added.route('/handler', conformanceService()));
    stops.push(() => started.close());
    return started.port;
  }

  const echo = { routes: [{ path: '/echo', backend: 'echo:' }] };

  /** Sends a handshake, the eight bytes in the same packet. */
  async function knock(port: number, target: string, fields: Fields = {}): Promise<RawClient> {
    const client = await RawClient.connect(port);
    servers.onStop(() => client.socket.destroy());
    const all: Fields = {
      Upgrade: 'WebSocket',
      Connection: 'Upgrade',
      Host: `127.0.0.1:${port}`,
      Origin: `http://127.0.0.1:${port}`,
      ...keys,
      ...fields,
    };
    const present = Object.entries(all).filter(([, value]) => value !== undefined);
    const lines = present.map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(Buffer.from(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n${KEY3}`, 'latin1'));
    return client;
  }

  async function say(client: RawClient, words: string): Promise<string> {
    client.write(Buffer.from(`\0${words}\xff`, 'latin1'));
    return (await client.until('\xff')).slice(1, -1);
  }

  it('is served by the whole server, with the capital letters of its Upgrade', async () => {
    const client = await knock(await gateway(echo), '/echo?');
    await client.until(DIGEST);
    assert.equal(await say(client, 'hello'), 'hello');
  });

  it('may send its key in a packet of its own', async () => {
    const port = await gateway(echo);
    const client = await RawClient.connect(port);
    servers.onStop(() => client.socket.destroy());
    const fields = Object.entries(keys).map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(
      Buffer.from(
        `GET /echo HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nHost: localhost\r\nOrigin: http://localhost\r\n${fields.join('')}\r\n`,
      ),
    );
    await client.until('\r\n\r\n');
    client.write(Buffer.from(KEY3));
    await client.until(DIGEST);
    assert.equal(await say(client, 'hello'), 'hello');
  });

  it('gets its own address and origin back, to the letter', async () => {
    const port = await gateway({ ...echo, trustedProxy: ['127.0.0.1/32'], host: ['app.test'] });
    const own = `127.0.0.1:${port}`;
    for (const [fields, origin, location] of [
      [{}, `http://${own}`, `ws://${own}/echo/a%20b?`],
      [
        { Origin: 'https://app.test', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'App.test' },
        'https://app.test',
        'wss://app.test/echo/a%20b?',
      ],
    ] as const) {
      const client = await knock(port, '/echo/a%20b?', fields);
      const head = await client.until('\r\n\r\n');
      assert.ok(head.includes(`\r\nSec-WebSocket-Origin: ${origin}\r\n`), head);
      assert.ok(head.includes(`\r\nSec-WebSocket-Location: ${location}\r\n`), head);
    }
  });

  it('gets its own scheme and Host back, whatever forwarded fields an untrusted client sends', async () => {
    const port = await gateway(echo);
    const client = await knock(port, '/echo', { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil' });
    const head = await client.until('\r\n\r\n');
    assert.ok(head.includes(`\r\nSec-WebSocket-Location: ws://127.0.0.1:${port}/echo\r\n`), head);
  });

  it('is admitted by the same rules as every Upgrade', async () => {
    const port = await gateway(echo);
    const draft75 = { 'Sec-WebSocket-Key1': undefined, 'Sec-WebSocket-Key2': undefined };
    for (const [fields, status] of [
      [{ Origin: 'http://evil.test' }, 403],
      [{ Origin: 'null' }, 403],
      [{ Host: 'evil.test', Origin: 'http://evil.test' }, 421],
      [{ ...draft75, Origin: 'http://evil.test' }, 403],
      [{ ...draft75, Origin: undefined }, 400],
      [{ 'sec-websocket-KEY1': '1 2' }, 400],
    ] as const) {
      const client = await knock(port, '/echo', fields);
      assert.match((await client.rest()).toString(), new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  });

  it('reaches a WebSocket server through messages, with the fields of a modern handshake', async () => {
    const requested = new Promise<Record<string, unknown>>((resolve) => {
      void servers
        .webSocket((socket, { url, headers }) => {
          resolve({ url, ...headers });
          socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
          socket.on('close', (code) => closes.push(code));
        })
        .then((port) => listening(port));
    });
    const closes: number[] = [];
    let listening: (port: number) => void = () => {};
    const upstream = await new Promise<number>((resolve) => {
      listening = resolve;
    });
    const port = await gateway({ routes: [{ path: '/ws', backend: `ws://127.0.0.1:${upstream}/app` }] });
    const client = await knock(port, '/ws/room?a=1', { Cookie: 'id=7', 'Sec-WebSocket-Protocol': 'chat' });
    assert.match(await client.until(DIGEST), /\r\nSec-WebSocket-Protocol: chat\r\n/);
    assert.equal(await say(client, 'hello'), 'hello');
    const { url, origin, cookie, ...headers } = await requested;
    assert.deepEqual([url, origin, cookie], ['/app/room?a=1', `http://127.0.0.1:${port}`, 'id=7']);
    assert.equal(headers['sec-websocket-protocol'], 'chat');
    assert.equal(headers['sec-websocket-version'], '13');
    assert.ok(!Object.keys(headers).some((name) => /key[12]/.test(name)));
    client.write(Buffer.of(0xff, 0));
    assert.deepEqual(await client.rest(), Buffer.of(0xff, 0));
    while (closes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(closes, [1005]);
  });

  it('is ended by a binary message of the server, which gets 1003', async () => {
    let received: Promise<unknown[]> | undefined;
    const upstream = await servers.webSocket((socket) => {
      received = event(socket, 'close');
      socket.send(Buffer.of(1, 2, 3));
    });
    const port = await gateway({ routes: [{ path: '/ws', backend: `ws://127.0.0.1:${upstream}` }] });
    const client = await knock(port, '/ws');
    await client.until(DIGEST);
    assert.deepEqual(await client.rest(), Buffer.of(0xff, 0));
    client.socket.end();
    assert.deepEqual((await received)?.map(String), ['1003', 'the client takes text only']);
  });

  it('is refused with the status of its server', async () => {
    const upstream = await servers.http((server) => {
      server.on('upgrade', (_, socket) =>
        socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
      );
    });
    const port = await gateway({ routes: [{ path: '/ws', backend: `ws://127.0.0.1:${upstream}` }] });
    assert.match((await (await knock(port, '/ws')).rest()).toString(), /^HTTP\/1\.1 401 /);
  });

  it('reaches a handler', async () => {
    const client = await knock(await gateway(echo), '/handler?greet=hi');
    await client.until(DIGEST);
    assert.equal((await client.until('\xff')).slice(1, -1), 'hi');
    assert.equal(await say(client, '!url'), '/handler?greet=hi');
  });

  it('gets through nginx', async function () {
    requireOrSkip(this, 'nginx');
    const nginx = await startNginx(await gateway(echo));
    stops.unshift(() => nginx.stop());
    const fields = { Host: '127.0.0.1', Origin: 'http://127.0.0.1' };
    const client = await knock(nginx.port, '/echo', fields);
    await client.until(DIGEST);
    assert.equal(await say(client, 'hello'), 'hello');
    client.socket.end();
    await client.rest();
  });

  /**
   * HAProxy up to 1.4 (faye-websocket-node#4): bytes behind a request without a body wait for the
   * 101.
   */
  it('gets through a proxy that holds its key back until it sees a 101', async () => {
    const port = await gateway(echo);
    const proxy = createServer((front: Socket) => {
      front.once('data', (request: Buffer) => {
        const end = request.indexOf('\r\n\r\n') + 4;
        const held = request.subarray(end);
        void RawClient.connect(port).then(async (behind) => {
          servers.onStop(() => behind.socket.destroy());
          behind.write(request.subarray(0, end));
          front.write(await behind.until('\r\n\r\n'), 'latin1');
          behind.write(held);
          front.write(await behind.read(16));
          front.pipe(behind.socket).pipe(front);
        });
      });
    });
    const front = await listen(proxy);
    stops.push(() => proxy.close());
    const client = await knock(front, '/echo');
    assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 101 /);
    assert.equal((await client.read(16)).toString(), DIGEST);
  });
});

describe('a client of drafts 7 and 8 at a gateway', () => {
  const servers = new Servers();
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    servers.stopAll();
    for (const stop of stops.splice(0)) await stop();
  });

  it('sends its origin in a field of another name, which is checked and passed as Origin', async () => {
    let origin: unknown;
    const upstream = await servers.webSocket((_, request) => {
      origin = request.headers.origin;
    });
    const started = await startGateway({
      routes: [
        { path: '/echo', backend: 'echo:' },
        { path: '/ws', backend: `ws://127.0.0.1:${upstream}` },
      ],
    });
    stops.push(() => started.close());
    const own = `127.0.0.1:${started.port}`;
    for (const version of ['7', '8']) {
      for (const path of ['/echo', '/ws']) {
        const fields = { Host: own, 'Sec-WebSocket-Version': version };
        const evil = { ...fields, 'Sec-WebSocket-Origin': 'http://evil.test' };
        const refused = await RawClient.handshake(started.port, path, evil);
        assert.match((await refused.rest()).toString(), /^HTTP\/1\.1 403 /);
        const good = { ...fields, 'Sec-WebSocket-Origin': `http://${own}` };
        const client = await RawClient.handshake(started.port, path, good);
        servers.onStop(() => client.socket.destroy());
        assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 101 /);
      }
    }
    assert.equal(origin, `http://${own}`);
  });
});
