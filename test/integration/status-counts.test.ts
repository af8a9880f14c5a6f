import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FallbackClient } from '../support/clients/fallback-client.ts';
import { type Run, useRuns } from '../support/machine/program-run.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { statusOf } from '../support/servers/status.ts';

/** `FULL=1` has 2,000 sessions, and takes a quiet machine. */
const full = process.env.FULL === '1';

/** Sessions of each script. */
const POLLED = full ? 700 : 70;
const MOVED = full ? 700 : 70;
const NATIVE = full ? 600 : 60;

/** Refusals of each of three kinds. */
const REFUSED = 10;

/** Scripts that run at a time. */
const AT_A_TIME = 30;

const TEXT = 'seven b';

describe('the counters of two workers', function () {
  this.timeout(120_000);
  const runs = useRuns();
  let client: FallbackClient | undefined;
  afterEach(() => client?.close());

  async function start(): Promise<{ run: Run; port: number; status: string }> {
    const run = runs.start(
      ...['--listen', '127.0.0.1:0', '--status', '127.0.0.1:0', '--workers', '2'],
      ...['--route', '/echo=echo:', '--log-level', 'error'],
      ...['--max-sessions-per-address', '4000', '--max-connections-per-address', '9000'],
    );
    return { run, port: await run.port(), status: statusOf(run) };
  }

  it('are what clients counted: opens, transports, moves, messages, bytes, closes, refusals', async () => {
    const { port, status } = await start();
    const fallback = new FallbackClient(port);
    client = fallback;
    let replays = 0;
    const scripts = [
      ...Array.from({ length: POLLED }, () => () => polled(fallback)),
      ...Array.from({ length: MOVED }, () => async () => {
        const before = await moved(fallback);
        replays += before;
      }),
      ...Array.from({ length: NATIVE }, () => () => native(port)),
      ...Array.from({ length: REFUSED }, () => () => refused(fallback)),
    ];
    await inTurns(scripts);
    const echo = 'route="/echo"';
    const messages = (transport: string, direction: string, count: number): [string, number][] => [
      [`messages_total{${echo},transport="${transport}",direction="${direction}"}`, count],
      [`bytes_total{${echo},transport="${transport}",direction="${direction}"}`, count * TEXT.length],
    ];
    const expected = new Map<string, number>([
      [`opens_total{${echo},kind="fallback"}`, POLLED + MOVED],
      [`opens_total{${echo},kind="native"}`, NATIVE],
      [`first_transports_total{${echo},transport="xhr-polling"}`, POLLED + MOVED],
      [`first_transports_total{${echo},transport="native"}`, NATIVE],
      [`moves_total{${echo},from="xhr-polling",to="xhr-streaming",why="used up"}`, MOVED],
      ...messages('native', 'in', NATIVE),
      ...messages('native', 'out', NATIVE),
      // The message is sent before the first downstream comes.
      ...messages('none', 'in', POLLED + MOVED),
      ...messages('none', 'out', POLLED + MOVED),
      [`closes_total{${echo},code="1000",by="client"}`, POLLED + MOVED + NATIVE],
      ['refusals_total{code="GW_ORIGIN"}', REFUSED],
      ['refusals_total{code="GW_HOST"}', REFUSED],
      ['refusals_total{code="GW_NO_ROUTE"}', REFUSED],
      [`backend_connect_seconds_count{${echo}}`, POLLED + MOVED + NATIVE],
      [`connections{${echo},transport="native"}`, 0],
      [`backend_failures_total{${echo}}`, 0],
      [`resumes_total{${echo}}`, 0],
      [`replayed_frames_total{${echo}}`, replays],
      ['silent_processes', 0],
      ['internal_errors_total', 0],
    ]);
    const names = [...expected.keys()];
    const found = await settled(status, names, (read) => read.get(names[0] as string) !== undefined);
    assert.deepEqual(
      names.map((name) => `${name} ${found.get(name) ?? Number.NaN}`),
      names.map((name) => `${name} ${expected.get(name)}`),
    );
  });

  it('outlive a worker that ends, a reload, and one that is killed after it was seen', async () => {
    const { run, port, status } = await start();
    const fallback = new FallbackClient(port);
    client = fallback;
    await inTurns(Array.from({ length: 20 }, () => () => polled(fallback)));
    const name = 'opens_total{route="/echo",kind="fallback"}';
    const opens = async (): Promise<number> => (await samplesOf(status)).get(name) ?? 0;
    await waitFor(async () => (await opens()) === 20);
    const before = await workerPids(status);
    const [first = 0] = before;
    process.kill(first, 'SIGKILL');
    await waitFor(async () => {
      const now = await workerPids(status);
      return now.length === 2 && !now.includes(first);
    });
    await waitFor(async () => (await opens()) === 20);
    const old = await workerPids(status);
    run.child.kill('SIGHUP');
    await waitFor(async () => {
      const now = await workerPids(status);
      return now.length === 2 && now.every((pid) => !old.includes(pid));
    });
    await waitFor(async () => (await opens()) === 20);
    assert.equal((await samplesOf(status)).get('worker_deaths_total'), 1);
  });

  it('name a worker that hangs, and answer without it', async () => {
    const { port, status } = await start();
    const fallback = new FallbackClient(port);
    client = fallback;
    await inTurns(Array.from({ length: 4 }, () => () => polled(fallback)));
    const name = 'opens_total{route="/echo",kind="fallback"}';
    await waitFor(async () => (await samplesOf(status)).get(name) === 4);
    const [hanging = 0] = await workerPids(status);
    process.kill(hanging, 'SIGSTOP');
    try {
      const report = (await (await fetch(`${status}/status.json`)).json()) as {
        silent: number;
        processes: { pid: number; state: string }[];
      };
      assert.equal(report.silent, 1);
      assert.equal(report.processes.find(({ pid }) => pid === hanging)?.state, 'serving, silent');
      assert.equal((await samplesOf(status)).get(name), 4);
    } finally {
      process.kill(hanging, 'SIGCONT');
    }
  });

  it('satisfy promtool', async function () {
    requireOrSkip(this, 'promtool');
    const { status } = await start();
    const input = await (await fetch(`${status}/metrics`)).text();
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input });
    assert.equal(String(stdout) + String(stderr), '');
  });
});

/** One message there and back by polls, and a close by the client. */
async function polled(client: FallbackClient): Promise<void> {
  const token = await talk(client);
  await client.post('xhr-polling', token, 'D2,1␞');
  await client.post('send', token, 'A2␞');
}

/** The same, and the close comes on a stream. Resolves with how often it had come before. */
async function moved(client: FallbackClient): Promise<number> {
  const token = await talk(client);
  const stream = client.post('xhr-streaming', token, 'D2,1␞');
  // The stream is another connection: only a second attach could tell that it has come.
  let before = 0;
  await waitFor(async () => {
    const { body } = await client.post('xhr-polling', token, 'D1,1␞');
    if (body.includes('C1000')) before++;
    return body.includes('Es');
  });
  await client.post('send', token, 'A2␞');
  await stream;
  return before;
}

async function talk(client: FallbackClient): Promise<string> {
  const token = await client.create();
  await client.post('send', token, `#1␞T${TEXT}␞`);
  const { body } = await client.post('xhr-polling', token, 'D1,0␞');
  assert.match(body, new RegExp(`T${TEXT}␞`));
  await client.post('send', token, 'A1␞#2␞C1000␞');
  return token;
}

async function native(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`);
  await once(socket, 'open');
  socket.send(TEXT);
  await once(socket, 'message');
  socket.close(1000);
  await once(socket, 'close');
}

async function refused(client: FallbackClient): Promise<void> {
  const create = '/echo/_fallback/v1/create';
  const foreign = { origin: 'http://evil.example', 'content-type': 'text/plain' };
  const answers = [
    await client.ask(create, {
      headers: foreign,
      body: 'nonce=a-nonce-of-16-chars&url=/echo&origin=http://evil.example',
    }),
    await client.ask(create, { headers: { host: 'evil.example' } }),
    await client.ask('/nowhere/_fallback/v1/create', { headers: { 'x-fallback': 'create' } }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [403, 421, 404],
  );
}

async function inTurns(scripts: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...scripts];
  const one = async (): Promise<void> => {
    for (let script = left.pop(); script !== undefined; script = left.pop()) await script();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
}

/** The samples by name and labels, without the prefix. */
async function samplesOf(status: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${status}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('fallback_gateway_'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice('fallback_gateway_'.length, at), Number(line.slice(at + 1))];
    }),
  );
}

/** The last closes are counted when the gateway has seen the end of their connections. */
async function settled(
  status: string,
  _names: readonly string[],
  isThere: (read: Map<string, number>) => boolean,
): Promise<Map<string, number>> {
  const all = POLLED + MOVED + NATIVE;
  let read = await samplesOf(status);
  await waitFor(async () => {
    read = await samplesOf(status);
    const closed = [...read].filter(([name]) => name.startsWith('closes_total'));
    return isThere(read) && closed.reduce((sum, [, count]) => sum + count, 0) === all;
  });
  return read;
}

async function workerPids(status: string): Promise<number[]> {
  const report = (await (await fetch(`${status}/status.json`)).json()) as {
    processes: { role: string; pid: number; state: string }[];
  };
  return report.processes
    .filter(({ role, state }) => role === 'worker' && state === 'serving')
    .map(({ pid }) => pid);
}

/** The test's own timeout bounds it. */
async function waitFor(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 20));
}
