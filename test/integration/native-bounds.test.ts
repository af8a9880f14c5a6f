import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import type { GatewayOptions } from '../../gateway/index.ts';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { event, frame, pour, RawClient, Servers } from '../support/servers/upstreams.ts';
import { until } from '../support/until.ts';

type Started = Awaited<ReturnType<typeof startGateway>>;

/** An example of draft-hixie-thewebsocketprotocol-76 §1.2, and the marks of that draft. */
const hixie = {
  Upgrade: 'WebSocket',
  'Sec-WebSocket-Key': undefined,
  'Sec-WebSocket-Version': undefined,
  'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5',
  'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00',
};

const mask = Buffer.of(1, 2, 3, 4);

/** A Close of 1013 with that reason. */
const OUT_OF_MEMORY = frame(0x88, Buffer.concat([Buffer.of(0x03, 0xf5), Buffer.from('out of memory')]));

describe('bounds of native connections', () => {
  const servers = new Servers();
  const stops: (() => unknown)[] = [];
  let gateway: Started;

  afterEach(async () => {
    servers.stopAll();
    for (const stop of stops.splice(0)) await stop();
  });

  async function start(options: GatewayOptions): Promise<void> {
    gateway = await startGateway(options, (made) => made.route('/handler', () => {}));
    stops.push(() => gateway.close());
  }

  async function upgrade(
    path: string,
    fields: Readonly<Record<string, string | undefined>> = {},
  ): Promise<RawClient> {
    const client = await RawClient.handshake(gateway.port, path, { Host: '127.0.0.1', ...fields });
    servers.onStop(() => client.socket.destroy());
    return client;
  }

  /** The status of the answer, and the line that says why it is no 101. */
  async function answer(client: RawClient): Promise<string> {
    const head = await client.until('\r\n\r\n');
    const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
    return status === '101' ? status : `${status} ${(await client.rest()).toString().trim()}`;
  }

  /** Counts equal answers. */
  function tally(answers: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const one of answers) counts[one] = (counts[one] ?? 0) + 1;
    return counts;
  }

  /** A WebSocket server that never answers a handshake; it remembers how many it got. */
  async function silentBackend(): Promise<{ port: number; handshakes(): number }> {
    let handshakes = 0;
    const port = await servers.http((server) => server.on('upgrade', () => handshakes++));
    return { port, handshakes: () => handshakes };
  }

  it('let 50 of 1,500 Upgrades of one address in to a backend that never answers', async () => {
    const backend = await silentBackend();
    await start({ routes: [`/slow=ws://127.0.0.1:${backend.port}`], maxConnectionsPerAddress: 50 });
    const clients = await Promise.all(Array.from({ length: 1_500 }, () => upgrade('/slow')));
    // The others are not answered while the backend is silent.
    const answers: string[] = [];
    for (const client of clients) void answer(client).then((line) => answers.push(line));
    await until('all refusals', () => answers.length >= 1_450);
    await until('50 handshakes at the backend', () => backend.handshakes() >= 50);
    assert.deepEqual(tally(answers), { '429 too many connections from this address': 1_450 });
    assert.equal(backend.handshakes(), 50);
    assert.equal(gateway.gateway.connections, 50);
  }).timeout(60_000);

  it('give a place back when the client breaks off while the backend has not answered', async () => {
    const backend = await silentBackend();
    await start({ routes: [`/slow=ws://127.0.0.1:${backend.port}`], maxConnections: 1 });
    const first = await upgrade('/slow');
    await until('the handshake at the backend', () => backend.handshakes() === 1);
    assert.equal(await answer(await upgrade('/slow')), '503 too many connections');
    first.socket.resetAndDestroy();
    await until('the place back', () => gateway.gateway.connections === 0);
  });

  describe('of what they hold', () => {
    const MiB = 1 << 20;

    /** A client that has sent so many MiB of a message of 15 MiB. */
    async function unfinished(path: string, sent: number): Promise<RawClient> {
      const client = await upgrade(path);
      await client.until('\r\n\r\n');
      client.socket.on('error', () => {});
      client.write(frame(0x82, Buffer.alloc(15 * MiB), mask).subarray(0, sent * MiB));
      return client;
    }

    it('end a message with 1013 when the memory budget is used up', async () => {
      await start({ routes: ['/echo=echo:'], memory: 8 * MiB, memoryPerAddress: 8 * MiB });
      const neighbour = new WebSocket(`ws://127.0.0.1:${gateway.port}/echo`);
      servers.onStop(() => neighbour.terminate());
      await event(neighbour, 'open');
      const client = await unfinished('/echo', 12);
      assert.deepEqual(await client.read(17), OUT_OF_MEMORY);
      const echoed = event(neighbour, 'message');
      neighbour.send('still here');
      assert.equal(String((await echoed)[0]), 'still here');
    });

    it('refuse new clients while three quarters of the budget are used', async () => {
      await start({ routes: ['/echo=echo:'], memory: 80 * MiB, memoryPerAddress: 10 * MiB });
      const client = await unfinished('/echo', 9);
      await until('all sent', () => client.socket.writableLength === 0);
      let line = '';
      for (let tries = 0; tries < 100 && line === ''; tries++) {
        const next = await upgrade('/echo');
        const answered = await answer(next);
        next.socket.destroy();
        if (answered !== '101') line = answered;
      }
      assert.equal(line, '429 too much held for this address');
      client.socket.destroy();
      await until('its place back', () => gateway.gateway.connections === 0);
      assert.equal(await answer(await upgrade('/echo')), '101');
    });

    it('refuse new clients whose waiting handshakes fill the budget', async () => {
      const backend = await silentBackend();
      const routes = ['/echo=echo:', `/slow=ws://127.0.0.1:${backend.port}`];
      await start({ routes, memory: 1 * MiB, memoryPerAddress: MiB / 2 });
      // 24 KiB each, as all fields go upstream again.
      const fields = { 'X-Long': 'x'.repeat(12_000) };
      const clients = await Promise.all(Array.from({ length: 20 }, () => upgrade('/slow', fields)));
      await until('the handshakes at the backend', () => backend.handshakes() >= 16);
      assert.equal(await answer(await upgrade('/echo')), '429 too much held for this address');
      for (const { socket } of clients) socket.resetAndDestroy();
      await until('the places back', () => gateway.gateway.connections === 0);
      assert.equal(await answer(await upgrade('/echo')), '101');
    });

    it('end a message of more than 4,096 fragments with 1008', async () => {
      await start({ routes: ['/echo=echo:'] });
      const client = await upgrade('/echo');
      await client.until('\r\n\r\n');
      const fragment = frame(0x00, 'x', mask);
      client.write(Buffer.concat([frame(0x01, 'x', mask), ...Array.from({ length: 4_096 }, () => fragment)]));
      assert.deepEqual(await client.read(4), frame(0x88, Buffer.of(0x03, 0xf0)));
    });

    it('end the connection of a client that pings and reads no Pong', async () => {
      await start({ routes: ['/echo=echo:'] });
      const client = await upgrade('/echo');
      await client.until('\r\n\r\n');
      client.socket.pause();
      client.socket.on('error', () => {});
      const closed = event(client.socket, 'close');
      const pings = Buffer.concat(Array.from({ length: 10_000 }, () => frame(0x89, 'x'.repeat(125), mask)));
      const before = process.memoryUsage().rss;
      await pour(64, (written) => client.socket.write(pings, written));
      client.socket.resume();
      await closed;
      assert.ok(process.memoryUsage().rss - before < 64 * MiB);
    });

    it('read no more of a client than an echo of empty messages takes', async () => {
      await start({ routes: ['/echo=echo:'] });
      const client = await upgrade('/echo');
      await client.until('\r\n\r\n');
      client.socket.pause();
      const empty = Buffer.concat(Array.from({ length: 100_000 }, () => frame(0x82, '', mask)));
      const before = process.memoryUsage().rss;
      const count = await pour(100, (written) => client.socket.write(empty, written));
      assert.ok(count < 100, `${count} times 100,000 messages went out`);
      assert.ok(process.memoryUsage().rss - before < 64 * MiB);
    });

    it('offer no compression to clients of a handler', async () => {
      await start({});
      const fields = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
      const head = await (await upgrade('/handler', fields)).until('\r\n\r\n');
      assert.doesNotMatch(head, /Sec-WebSocket-Extensions/i);
    });
  });

  describe('count', () => {
    for (const [kind, path, fields] of [
      ['spliced connections', '/ws', {}],
      ["a handler's connections", '/handler', {}],
      ['hixie connections', '/handler', hixie],
      ['hixie connections of a WebSocket server', '/ws', hixie],
      ['SockJS WebSockets', '/handler/000/session/websocket', {}],
      ['raw SockJS WebSockets', '/handler/websocket', {}],
    ] as const) {
      it(kind, async () => {
        const port = await servers.webSocket(() => {});
        await start({ routes: [`/ws=ws://127.0.0.1:${port}`], maxConnectionsPerAddress: 5 });
        const origin = { Origin: `http://127.0.0.1:${gateway.port}`, Host: `127.0.0.1:${gateway.port}` };
        const clients: RawClient[] = [];
        const answers: string[] = [];
        for (let index = 0; index < 8; index++) {
          const client = await upgrade(path, { ...origin, ...fields });
          if (fields === hixie) client.write(Buffer.from('^n:ds[4U'));
          clients.push(client);
          answers.push(await answer(client));
        }
        assert.deepEqual(tally(answers), { 101: 5, '429 too many connections from this address': 3 });
        for (const { socket } of clients) socket.resetAndDestroy();
        await until('all places back', () => gateway.gateway.connections === 0);
      });
    }

    it('WebSockets of a session beside the session itself', async () => {
      await start({ routes: ['/echo=echo:'], maxConnectionsPerAddress: 4 });
      const client = new FallbackClient(gateway.port);
      stops.push(() => client.close());
      const token = await client.create();
      const path = `/echo/_fallback/v1/${token}/websocket`;
      const answers: string[] = [];
      for (let index = 0; index < 5; index++) answers.push(await answer(await upgrade(path)));
      assert.deepEqual(tally(answers), { 101: 3, '429 too many connections from this address': 2 });
    });
  });
});
