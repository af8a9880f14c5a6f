import assert from 'node:assert/strict';
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { carriers } from '../conformance/carriers.ts';
import { openRealm, type Realm } from '../support/browser/realm.ts';
import { program, Run, useRuns } from '../support/machine/program-run.ts';
import { logged, untilWorkers, workersOf } from '../support/machine/supervisor-run.ts';
import { steadyTalk } from '../support/pages/steady-talk.ts';
import { until } from '../support/until.ts';

/** The whole size takes two minutes and a quiet machine: `FULL=1`. */
const full = process.env.FULL === '1';
const SESSIONS = full ? 1_000 : 160;
const NATIVES = full ? 200 : 40;
const RELOADS = full ? 10 : 4;
/** Milliseconds from one reload to the next. */
const BETWEEN = full ? 12_000 : 2_000;
/** Milliseconds between an echo and the next message. */
const PAUSE = full ? 2_000 : 400;
const WORKERS = 2;

/** One of each transport. The stand-in's frames would take too long to open: they are left out. */
const kinds = carriers.filter(
  ({ transport }, index) =>
    transport !== 'iframe-htmlfile' && carriers.findIndex((one) => one.transport === transport) === index,
);
/** A page has six connections to a host, and sixteen sockets share a stream. */
const PAGES = full ? 4 : 1;
/** Sockets of each page. */
const EACH = Math.ceil(SESSIONS / kinds.length / PAGES);
const ALL = EACH * PAGES * kinds.length;

interface Talk {
  readonly opened: number;
  readonly closed: number;
  readonly close: string | undefined;
  readonly wrong: string | null;
  readonly echoes: number;
  readonly gaps: number[];
  readonly pending: number;
  readonly sockets: { close(): void }[];
  stop: boolean;
}

describe(`${RELOADS} reloads under load`, function () {
  this.timeout(RELOADS * BETWEEN + 180_000);
  const { keep } = useRuns();
  let folder: string;
  let upstream: WebSocketServer;
  const realms: Realm[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reload-'));
    upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    upstream.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    await once(upstream, 'listening');
  });
  after(async () => {
    for (const realm of realms) realm.leave();
    for (const socket of upstream.clients) socket.terminate();
    upstream.close();
    rmSync(folder, { recursive: true });
  });

  /** Each configuration differs from the one before: it has one more route. */
  function configure(generation: number): void {
    const { port } = upstream.address() as AddressInfo;
    const routes = [`/ws=ws://127.0.0.1:${port}`, '/echo=echo:', `/generation-${generation}=echo:`];
    const bounds = { maxSessionsPerAddress: 10_000, maxConnectionsPerAddress: 10_000 };
    const options = { listen: '127.0.0.1:0', routes, jsonp: true, demo: false, logFormat: 'json', ...bounds };
    writeFileSync(join(folder, 'gateway.yaml'), JSON.stringify(options));
  }

  it(`close none of ${ALL} sockets over all transports and ${NATIVES} native ones, and no message is wrong`, async () => {
    configure(1);
    const config = ['--config', join(folder, 'gateway.yaml'), '--workers', String(WORKERS)];
    const gateway = keep(new Run([...config, '--max-generations', '12', '--pid-file', join(folder, 'pid')]));
    const port = await gateway.port();
    const alone = memoryOf(gateway);
    const talks = [startNatives(port, NATIVES), ...(await openPages(port))];
    const all = (): readonly Talk[] => talks;
    const sum = (of: (talk: Talk) => number): number => all().reduce((total, talk) => total + of(talk), 0);
    const total = ALL + NATIVES;
    await until('all sockets are open', () => sum(({ opened }) => opened) === total, 60_000);
    for (const talk of all()) talk.gaps.length = 0;

    for (let generation = 2; generation <= RELOADS + 1; generation++) {
      configure(generation);
      const { code, stderr } = await keep(reload(join(folder, 'pid'))).ended();
      assert.deepEqual([code, stderr], [0, '']);
      await answersAt(port, `/generation-${generation}`);
      // Each generation has clients, so that none of them ends before its time.
      talks.push(startNatives(port, WORKERS));
      await delay(BETWEEN);
    }
    for (const talk of all()) talk.stop = true;
    await until('the last echoes', () => sum(({ pending }) => pending) === 0, 60_000);

    assert.deepEqual(
      all().map(({ closed, close, wrong }) => [closed, close, wrong]),
      all().map(() => [0, undefined, null]),
    );
    const gaps = all()
      .flatMap((talk) => talk.gaps)
      .sort((a, b) => a - b);
    const p99 = gaps[Math.floor(gaps.length * 0.99)];
    console.log(
      `    ${gaps.length} echoes, p50 ${gaps[gaps.length >> 1]} ms, p99 ${p99} ms, longest ${gaps.at(-1)} ms`,
    );
    // A worker without clients ends: the supervisor may have handed both of a generation to one.
    assert.deepEqual(logged(gateway, 'generation ended'), []);

    for (const talk of all()) for (const socket of talk.sockets) socket.close();
    await until('the generations end', () => logged(gateway, 'generation ended').length === RELOADS, 60_000);
    await untilWorkers(gateway, WORKERS);
    console.log(`    ${alone} MB before, ${memoryOf(gateway)} MB after`);
    assert.deepEqual(logged(gateway, 'generation drained'), []);
  });

  async function openPages(port: number): Promise<Talk[]> {
    const talks: Talk[] = [];
    const pages = kinds.flatMap((kind) => Array.from({ length: PAGES }, () => kind));
    for (const { name, transport, browser } of pages) {
      const realm = openRealm({ ...browser, url: `http://127.0.0.1:${port}/page` });
      realms.push(realm);
      await realm.loadScript('/shim/websocket.min.js', { 'data-transports': transport });
      realm.run(steadyTalk);
      const urls = JSON.stringify([`ws://127.0.0.1:${port}/ws`, `ws://127.0.0.1:${port}/echo`]);
      const talk = realm.run(`startTalk(${urls}, ${EACH}, ${PAUSE})`) as Talk;
      // One after the other: the pages share this process, and opening is most of their work.
      const isOpen = () => talk.opened === EACH || talk.closed > 0;
      await until(`all sockets over ${name}`, isOpen, 60_000);
      assert.deepEqual([talk.opened, talk.close], [EACH, undefined], name);
      talks.push(talk);
    }
    return talks;
  }

  /** Clients of `ws`, which the gateway splices to the server. */
  function startNatives(port: number, count: number): Talk {
    const run = new Function('WebSocket', `${steadyTalk}; return startTalk;`) as (
      webSocket: typeof WebSocket,
    ) => (urls: string[], count: number, pause: number) => Talk;
    return run(WebSocket)([`ws://127.0.0.1:${port}/ws`], count, PAUSE);
  }
});

function reload(pidFile: string): Run {
  const stdio: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] };
  return new Run([], spawn(process.execPath, [program, 'reload', '--pid-file', pidFile], stdio));
}

/** A new connection gets SockJS's greeting at the route. */
async function answersAt(port: number, path: string): Promise<void> {
  const [response] = (await once(get({ port, path, agent: false }), 'response')) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 200, `${path} is not served`);
}

/** Resident megabytes of the supervisor and its workers. */
function memoryOf(run: Run): number {
  const pids = [run.child.pid as number, ...workersOf(run)];
  const sizes = pids.map((pid) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
