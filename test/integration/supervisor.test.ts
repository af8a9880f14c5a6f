import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { echo, openNative } from '../support/clients/native-echo.ts';
import { useRuns } from '../support/machine/program-run.ts';
import { logged, untilWorkers, workersOf } from '../support/machine/supervisor-run.ts';
import { until } from '../support/until.ts';

describe('the program with --workers', function () {
  this.timeout(30_000);
  const { start } = useRuns();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const args = (...more: string[]): string[] => ['--listen', '0', '--route', '/echo=echo:', ...more];

  it('says once where it serves, has a pid file while it does, and ends with 0', async () => {
    const file = join(folder, 'gateway.pid');
    const run = start(...args('--workers', '2', '--pid-file', file));
    const port = await run.port();
    assert.match(run.stdout, new RegExp(`^2 workers: kill -HUP ${run.child.pid} or `, 'm'));
    assert.equal(run.stdout.match(/^open /gm)?.length, 1);
    assert.equal(readFileSync(file, 'utf8'), `${run.child.pid}\n`);
    assert.equal(workersOf(run).length, 2);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    const socket = await openNative(port);
    const closed = once(socket, 'close');
    run.child.kill('SIGTERM');
    assert.equal((await closed)[0], 1001);
    assert.deepEqual([(await run.ended()).code, run.stderr.match(/error/g)], [0, null]);
    assert.equal(existsSync(file), false);
  });

  it('gives connections to the workers in turn', async () => {
    const run = start(...args('--workers', '2'));
    const port = await run.port();
    const sockets = [];
    for (let index = 0; index < 10; index++) sockets.push(await openNative(port));
    await until('all lines', () => logged(run, 'connection opened').length === 10);
    const perNode = new Map<unknown, number>();
    for (const { node } of logged(run, 'connection opened')) perNode.set(node, (perNode.get(node) ?? 0) + 1);
    assert.deepEqual([...perNode.values()], [5, 5]);
    for (const socket of sockets) socket.terminate();
  });

  it('replaces a worker that dies, whose neighbours notice nothing', async () => {
    const run = start(...args('--workers', '2'));
    const port = await run.port();
    const sockets = [await openNative(port), await openNative(port)];
    const [first] = await untilWorkers(run, 2);
    process.kill(first as number, 'SIGKILL');
    const lost = await Promise.race(sockets.map((socket) => once(socket, 'close').then(() => socket)));
    const [other] = sockets.filter((socket) => socket !== lost) as [WebSocket];
    await echo(other, 'still here');
    await until('the next worker', () => logged(run, 'worker started').length === 1);
    const [line] = logged(run, 'worker ended: starting another');
    assert.deepEqual([line?.worker, line?.reason, line?.level], [first, 'SIGKILL', 'error']);
    await echo(await openNative(port), 'a');
    await echo(await openNative(port), 'b');
  });

  it('keeps its port while no worker is left, and its connections wait for the next one', async () => {
    const run = start(...args('--workers', '1'));
    const port = await run.port();
    const [only] = await untilWorkers(run, 1);
    process.kill(only as number, 'SIGKILL');
    await until('the line', () => logged(run, 'worker ended: starting another').length === 1);
    await echo(await openNative(port), 'served by the next one');
  });

  it('starts a worker that dies again and again ever later', async () => {
    const run = start(...args('--workers', '1'));
    await run.port();
    for (let deaths = 1; deaths <= 3; deaths++) {
      const [only] = await untilWorkers(run, 1);
      process.kill(only as number, 'SIGKILL');
      await until('the line', () => logged(run, 'worker ended: starting another').length === deaths);
    }
    assert.deepEqual(
      logged(run, 'worker ended: starting another').map(({ delay }) => delay),
      [0, 200, 500],
    );
  });

  it('lets the workers drain when it is killed, and leaves the port at once', async () => {
    const run = start(...args('--workers', '2'));
    const port = await run.port();
    const workers = await untilWorkers(run, 2);
    const socket = await openNative(port);
    const closed = once(socket, 'close');
    run.child.kill('SIGKILL');
    assert.equal((await closed)[0], 1001);
    await until('the end of the workers', () => workers.every((pid) => !existsSync(`/proc/${pid}`)));
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });

  it('says in one line why it cannot listen, as one process does', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const [alone, workers] = await Promise.all(
      [[], ['--workers', '2']].map((more) => start('--listen', String(port), ...more).ended()),
    );
    assert.match(workers?.stderr ?? '', /^fallback-gateway: cannot listen on 127\.0\.0\.1:\d+: .*\n$/);
    assert.deepEqual(workers, alone);
    taken.close();
  });

  it('ends at once with 1 on a second signal, and the workers with it', async () => {
    const run = start(...args('--workers', '2', '--grace', '1m'));
    const port = await run.port();
    const workers = await untilWorkers(run, 2);
    const socket = await openNative(port);
    socket.on('error', () => {});
    // A client that does not read does not answer the Close either.
    socket.pause();
    run.child.kill('SIGTERM');
    const again = setInterval(() => run.child.kill('SIGTERM'), 50);
    const { code } = await run.ended();
    clearInterval(again);
    socket.terminate();
    assert.equal(code, 1);
    await until('the end of the workers', () => workers.every((pid) => !existsSync(`/proc/${pid}`)));
  });

  it('replaces a worker that an operator ends, which drains', async () => {
    const run = start(...args('--workers', '1'));
    const port = await run.port();
    const [only] = await untilWorkers(run, 1);
    const socket = await openNative(port);
    const closed = once(socket, 'close');
    process.kill(only as number, 'SIGTERM');
    assert.equal((await closed)[0], 1001);
    await echo(await openNative(port), 'from the next one');
  });
});
