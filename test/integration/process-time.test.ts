import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';

/**
 * Milliseconds of `--heartbeat` here, and for which the process is stopped: more than its silence
 * limit.
 */
const HEARTBEAT = 1_000;
const STOPPED = 4_000;

describe('a gateway process that was stopped for a while', () => {
  let gateway: GatewayProgram;

  before(async () => {
    gateway = await startProgram([
      ...['--heartbeat', `${HEARTBEAT}ms`, '--client-ping', '1s', '--no-demo', '--route', '/echo=echo:'],
      ...['--log-level', 'silent'],
    ]);
  });
  after(async () => {
    gateway.process.kill('SIGCONT');
    await gateway.close();
  });

  it('goes on with its sessions and its native connections, and loses nothing', async function () {
    if (process.platform === 'win32') return this.skip();
    const client = new FallbackClient(gateway.port);
    const native = new WebSocket(`ws://127.0.0.1:${gateway.port}/echo`);
    const got: string[] = [];
    native.on('message', (data) => got.push(String(data)));
    try {
      await once(native, 'open');
      const token = await client.create();
      assert.equal((await client.post('xhr-polling', token, 'D1,0␞')).body, 'H␞');
      gateway.process.kill('SIGSTOP');
      native.send('sent to a stopped process');
      const sent = client.post('send', token, '#1␞Tone␞');
      await pause(STOPPED);
      gateway.process.kill('SIGCONT');
      assert.equal((await sent).status, 200);
      await client.post('send', token, '#2␞Ttwo␞');
      assert.match((await client.post('xhr-polling', token, 'D2,0␞')).body, /Tone␞Ttwo␞/);
      native.send('sent to one that runs again');
      while (got.length < 2) await once(native, 'message');
      assert.deepEqual(got, ['sent to a stopped process', 'sent to one that runs again']);
    } finally {
      native.terminate();
      client.close();
    }
  });
});

/** Resolves when the `Date` of an answer is that of the wall clock. */
async function dateFollows(ask: () => ReturnType<FallbackClient['post']>): Promise<void> {
  for (const end = performance.now() + 10_000; ; await pause(50)) {
    const { date = '' } = (await ask()).headers;
    if (Math.abs(Date.parse(date) - Date.now()) < 60_000) return;
    assert.ok(performance.now() < end, date);
  }
}

describe('the wall clock', () => {
  const DAY = 86_400_000;
  const { now } = Date;
  afterEach(() => {
    Date.now = now;
  });

  for (const [what, jump] of [
    ['set forward', DAY],
    ['set back', -DAY],
  ] as const) {
    it(`${what} by a day ends no session and no native connection, and Date follows it within a second`, async () => {
      const gateway = await startGateway({ routes: ['/echo=echo:'] });
      const client = new FallbackClient(gateway.port);
      const native = new WebSocket(`ws://127.0.0.1:${gateway.port}/echo`);
      try {
        await once(native, 'open');
        const token = await client.create();
        assert.equal((await client.post('send', token, '#1␞Tone␞')).status, 200);
        Date.now = () => now() + jump;
        const answer = await client.post('xhr-polling', token, 'D1,0␞');
        assert.match(answer.body, /Tone␞/);
        await dateFollows(() => client.post('send', token, 'A1␞'));
        native.send('two');
        const [data] = await once(native, 'message');
        assert.equal(String(data), 'two');
      } finally {
        native.terminate();
        client.close();
        await gateway.close();
      }
    });
  }
});
