import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../gateway/base/log.ts';
import { BrokerChild } from '../../../gateway/supervisor/broker-child.ts';
import { NodeBook } from '../../../gateway/supervisor/node-book.ts';
import { SharedSockets } from '../../../gateway/supervisor/shared-sockets.ts';
import { StartFailure } from '../../../gateway/supervisor/start-failure.ts';
import { Supervisor } from '../../../gateway/supervisor/supervisor.ts';
import { TestClock } from '../../support/test-clock.ts';
import { FakeWorker } from './fake-worker.ts';

/** All that promises have to do is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a supervisor', () => {
  let clock: TestClock;
  let workers: FakeWorker[];
  let supervisor: Supervisor;
  const worker = (index: number): FakeWorker => workers[index] as FakeWorker;

  beforeEach(() => {
    clock = new TestClock();
    workers = [];
    const fork = (): FakeWorker => {
      const forked = new FakeWorker(workers.length + 1);
      workers.push(forked);
      return forked;
    };
    supervisor = new Supervisor({
      clock,
      log: silentLog,
      fork,
      nodes: new NodeBook(clock),
      sockets: new SharedSockets(undefined),
      broker: new BrokerChild({ clock, log: silentLog, fork: () => assert.fail('no route needs it') }),
      directory: '/nowhere',
      machine: 'machine',
      release: '1.0.0',
    });
  });

  async function serving(changes = {}): Promise<void> {
    const started = supervisor.start();
    worker(0).serves(changes);
    await started;
  }

  async function reloaded(changes = {}): Promise<void> {
    const count = workers.length;
    const outcome = supervisor.reload();
    await settled();
    worker(count).serves(changes);
    assert.equal((await outcome).isDone, true);
  }

  it('starts the others when the first one serves, with the options that this one has read', async () => {
    const started = supervisor.start();
    assert.equal(workers.length, 1);
    worker(0).serves({ workers: 3 });
    await settled();
    assert.equal(workers.length, 3);
    for (const other of workers.slice(1)) other.serves({ workers: 3 });
    await started;
    const [start] = worker(2).received;
    assert.deepEqual(start?.kind === 'start' && start.snapshot, { release: '1.0.0', content: 'options' });
  });

  it('reloads after the start what was to be reloaded while it started', async () => {
    const started = supervisor.start();
    const outcomes = [supervisor.reload(), supervisor.reload()];
    await settled();
    assert.equal(workers.length, 1);
    worker(0).serves();
    await started;
    await settled();
    worker(1).serves();
    await settled();
    worker(2).serves();
    for (const outcome of outcomes) assert.equal((await outcome).isDone, true);
  });

  it('rejects with what the first worker says of itself', async () => {
    const started = supervisor.start();
    worker(0).says({ kind: 'hello', release: '1.0.0' });
    worker(0).says({ kind: 'failed', exitCode: 2, lines: ['one', 'two'] });
    worker(0).ends(2);
    await assert.rejects(started, (error) => {
      assert.ok(error instanceof StartFailure);
      assert.deepEqual([error.exitCode, error.lines], [2, ['one', 'two']]);
      return true;
    });
  });

  it('refuses a reload whose worker says nothing for a minute, and kills that worker', async () => {
    await serving();
    const outcome = supervisor.reload();
    await settled();
    clock.advance(60_000);
    assert.deepEqual(await outcome, {
      isDone: false,
      lines: ['the new process did not serve within 60 seconds'],
    });
    assert.deepEqual([worker(1).signals, worker(0).kinds], [['SIGKILL'], ['start']]);
  });

  it('refuses a reload to a release whose messages it does not know', async () => {
    await serving();
    const outcome = supervisor.reload();
    await settled();
    worker(1).says({ kind: 'hello', release: '9.0.0' }, 9);
    const line = 'release 9.0.0 cannot run below the supervisor of release 1.0.0: restart it';
    assert.deepEqual(await outcome, { isDone: false, lines: [line] });
  });

  it('keeps the old workers, and those of the new generation that have clients, if one fails', async () => {
    await serving();
    const outcome = supervisor.reload();
    await settled();
    worker(1).serves({ workers: 2 });
    await settled();
    worker(2).ends(1);
    assert.equal((await outcome).isDone, false);
    assert.deepEqual(worker(0).kinds, ['start']);
    assert.deepEqual(worker(1).kinds, ['start', 'retire']);
  });

  it('retires the old generation, drains it after --linger and kills it after the grace time', async () => {
    await serving();
    await reloaded();
    assert.deepEqual(worker(0).kinds, ['start', 'retire']);
    clock.advance(1_000);
    assert.deepEqual(worker(0).kinds, ['start', 'retire', 'drain']);
    clock.advance(5_500);
    assert.deepEqual([worker(0).signals, worker(1).signals], [['SIGKILL'], []]);
  });

  it('drains the oldest of too many generations, not those that have ended', async () => {
    await serving();
    await reloaded();
    worker(0).ends(0);
    await settled();
    await reloaded();
    assert.deepEqual(worker(1).kinds, ['start', 'retire']);
    await reloaded();
    assert.deepEqual(worker(1).kinds, ['start', 'retire', 'drain']);
    assert.deepEqual(worker(2).kinds, ['start', 'retire']);
  });

  it('does reloads one after the other, and those that wait together', async () => {
    await serving();
    const [first, second, third] = [supervisor.reload(), supervisor.reload(), supervisor.reload()];
    await settled();
    assert.equal(workers.length, 2);
    worker(1).serves();
    await first;
    await settled();
    assert.equal(workers.length, 3);
    worker(2).serves();
    assert.equal(await second, await third);
    assert.equal(workers.length, 3);
  });

  it('replaces a worker that dies, ever later while they die soon', async () => {
    await serving();
    for (const delay of [0, 200, 500, 1_000, 2_000, 5_000, 10_000, 10_000]) {
      const count = workers.length;
      worker(count - 1).ends(1);
      await settled();
      if (delay > 0) clock.advance(delay - 1);
      assert.equal(workers.length, count);
      clock.advance(1);
      assert.equal(workers.length, count + 1);
      worker(count).serves();
    }
    clock.advance(10_000);
    const count = workers.length;
    worker(count - 1).ends(1);
    await settled();
    clock.advance(0);
    assert.equal(workers.length, count + 1);
  });

  it('removes the socket of a worker that was killed', async () => {
    await serving();
    const folder = mkdtempSync(join(tmpdir(), 'gateway-socket-'));
    const path = join(folder, 'a.sock');
    writeFileSync(path, '');
    worker(0).says({ kind: 'linked', node: { name: 'a', path } });
    worker(0).ends(null, 'SIGKILL');
    assert.deepEqual(readdirSync(folder), []);
    rmSync(folder, { recursive: true });
  });

  it('replaces no worker of an old generation', async () => {
    await serving();
    await reloaded();
    worker(0).ends(null, 'SIGKILL');
    await settled();
    clock.advance(60_000);
    assert.equal(workers.length, 2);
  });

  it('tells every worker of a new node before that one gets connections, and of its end', async () => {
    await serving();
    const outcome = supervisor.reload();
    await settled();
    worker(1).says({ kind: 'hello', release: '1.0.0' });
    const node = { name: 'new', path: '/nowhere/new.sock' };
    worker(1).says({ kind: 'linked', node });
    await settled();
    assert.deepEqual(worker(0).received.at(-1), { kind: 'node-added', node });
    assert.deepEqual(worker(1).kinds, ['start']);
    worker(0).says({ kind: 'knows', name: 'new' });
    await settled();
    assert.deepEqual(worker(1).kinds, ['start', 'announced']);
    worker(1).ends(1);
    assert.deepEqual(worker(0).received.at(-1), { kind: 'node-ended', name: 'new' });
    assert.equal((await outcome).isDone, false);
  });

  it('does not wait for a worker that hangs before it announces another', async () => {
    await serving();
    void supervisor.reload();
    await settled();
    worker(1).says({ kind: 'hello', release: '1.0.0' });
    worker(1).says({ kind: 'linked', node: { name: 'new', path: '/nowhere/new.sock' } });
    clock.advance(2_000);
    await settled();
    assert.deepEqual(worker(1).kinds, ['start', 'announced']);
  });

  it('ignores messages of a later release that it does not know', async () => {
    await serving();
    worker(0).says({ kind: 'later' } as never);
    assert.deepEqual(worker(0).signals, []);
  });

  it('drains all generations, also one that starts', async () => {
    await serving();
    await reloaded();
    const outcome = supervisor.reload();
    await settled();
    const drained = supervisor.drain();
    for (const each of workers) {
      assert.equal(each.kinds.at(-1), 'drain');
      each.ends(0);
    }
    assert.deepEqual(await outcome, { isDone: false, lines: ['the gateway is draining'] });
    await drained;
  });
});
