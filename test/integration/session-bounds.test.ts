import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';

type Started = Awaited<ReturnType<typeof startGateway>>;

/** A handler that takes every message and does nothing. */
const SINK = '/sink';

describe('what one client without credentials can make the gateway hold', () => {
  let gateway: Started;
  let client: FallbackClient;

  async function start(options: Parameters<typeof startGateway>[0] = {}): Promise<void> {
    gateway = await startGateway({ routes: ['/echo=echo:'], ...options });
    gateway.gateway.route(SINK, (socket) => void socket.on('message', () => {}));
    client = new FallbackClient(gateway.port);
  }

  afterEach(async () => {
    client.close();
    await gateway.close();
  });

  it('is no more than 1,024 numbered frames of a unit: the rest is not taken', async () => {
    await start();
    const token = await client.create(SINK);
    const send = (from: number, frames: string) => client.post('send', token, `#${from}␞${frames}`, SINK);
    const first = await send(1, 'T␞'.repeat(3_000));
    assert.deepEqual([first.status, first.body], [200, 'A1024␞']);
    // A client sends again what was not taken, as shims up to 0.1.0 do.
    const second = await send(1_025, `${'T␞'.repeat(1_023)}C␞C␞`);
    assert.deepEqual([second.status, second.body], [200, 'A2048␞']);
  });

  it('is no more than 1,024 frames of other kinds in a unit: 413, and the session goes on', async () => {
    await start();
    const token = await client.create();
    for (const frame of ['H␞', 'A0␞', '#1␞']) {
      const { status, body } = await client.post('send', token, frame.repeat(1_025));
      assert.equal(status, 413, frame);
      assert.match(body, /too many frames/);
    }
    const { status, body } = await client.post('send', token, '#1␞T␞');
    assert.deepEqual([status, body], [200, 'A1␞']);
  });

  it('is no more than its share of memory: what would be held is refused, then accepted later', async () => {
    await start({ memory: '8MiB', memoryPerAddress: '2MiB' });
    const tokens: string[] = [];
    const statuses = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const token = await client.create('/echo').catch(() => undefined);
      if (token === undefined) break;
      tokens.push(token);
      // Its echoes are not read: first the outbox fills, then the inbox.
      for (let unit = 0; unit < 4; unit++) {
        const frames = `#${1 + unit * 10}␞${`T${'x'.repeat(20_000)}␞`.repeat(10)}`;
        const { status } = await client.post('send', token, frames);
        statuses.add(status);
      }
    }
    assert.ok(tokens.length >= 2 && tokens.length < 60, `${tokens.length} sessions came in`);
    assert.deepEqual([...statuses].sort(), [200, 503].slice(0, statuses.size));
    // A client that reads gives the memory back, and is served again.
    for (const token of tokens) {
      await client.post('send', token, 'X␞');
    }
    const token = await client.create('/echo');
    assert.equal((await client.post('send', token, '#1␞Thello␞')).body, 'A1␞');
  });

  it('does not hold the others up: empty frames come as fast as they may', async function () {
    this.timeout(30_000);
    await start();
    const tokens = await Promise.all(Array.from({ length: 4 }, () => client.create(SINK)));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let next = 1;
    const unit = (): string => `#${next}␞${'T␞'.repeat(1_000)}`;
    delay.enable();
    for (let round = 0; round < 20; round++, next += 1_000) {
      await Promise.all(tokens.map((token) => client.post('send', token, unit(), SINK)));
    }
    delay.disable();
    // Alone on a core it is under 10 ms. Machines that tests share with others stop for longer.
    assert.ok(delay.percentile(90) < 50e6, `${delay.percentile(90) / 1e6} ms`);
  });

  it('ends at the maximum age, if there is one', async () => {
    await start({ maxSessionAge: '1s' });
    const token = await client.create();
    const { body } = await client.post('xhr-polling', token, 'D1,0␞');
    assert.equal(body, '#1␞C1001,session too old␞');
    await client.post('send', token, 'A1␞');
    assert.equal(gateway.gateway.sessions, 0);
  });
});
