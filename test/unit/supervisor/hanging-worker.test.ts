import assert from 'node:assert/strict';
import { type Log, type LogFields, silentLog } from '../../../gateway/base/log.ts';
import { BrokerChild } from '../../../gateway/supervisor/broker-child.ts';
import { NodeBook } from '../../../gateway/supervisor/node-book.ts';
import { SharedSockets } from '../../../gateway/supervisor/shared-sockets.ts';
import { Supervisor } from '../../../gateway/supervisor/supervisor.ts';
import { TestClock } from '../../support/test-clock.ts';
import { FakeWorker } from './fake-worker.ts';

const TIMEOUT = 30_000;

/** Silence after which a worker is dead for certain: the ping before was answered. */
const DEAD = 1.5 * TIMEOUT;

/** All that promises have to do is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a worker that hangs', () => {
  let clock: TestClock;
  let workers: FakeWorker[];
  let supervisor: Supervisor;
  let lines: { readonly message: string; readonly fields: LogFields | undefined }[];
  let hangs: number;
  const worker = (index: number): FakeWorker => workers[index] as FakeWorker;
  const killed = (): number[] => workers.filter(({ signals }) => signals.length > 0).map(({ pid }) => pid);

  beforeEach(() => {
    clock = new TestClock();
    workers = [];
    lines = [];
    hangs = 0;
    const fork = (): FakeWorker => {
      const forked = new FakeWorker(workers.length + 1);
      workers.push(forked);
      return forked;
    };
    const error = (message: string, fields?: LogFields): void => void lines.push({ message, fields });
    const log: Log = { ...silentLog, error };
    supervisor = new Supervisor({
      clock,
      log,
      fork,
      nodes: new NodeBook(clock),
      sockets: new SharedSockets(undefined),
      broker: new BrokerChild({ clock, log, fork: () => assert.fail('no route needs it') }),
      directory: '/nowhere',
      machine: 'machine',
      release: '1.0.0',
      hung: () => hangs++,
    });
  });

  /** `count` workers that serve and answer. */
  async function serving(count: number, workerTimeout: number | undefined = TIMEOUT): Promise<void> {
    const options = { workers: count, workerTimeout };
    const started = supervisor.start();
    worker(0).serves(options);
    await settled();
    for (const other of workers.slice(1)) other.serves(options);
    await started;
    for (const each of workers) answers(each);
  }

  function answers(each: FakeWorker, connections = 7): void {
    each.pong = { kind: 'pong', connections };
    each.says(each.pong);
  }

  const hang = (each: FakeWorker): void => {
    each.pong = undefined;
  };

  it('is killed and replaced, and the others are not', async () => {
    await serving(3);
    hang(worker(1));
    clock.advance(DEAD);
    assert.deepEqual(killed(), [2]);
    await settled();
    clock.advance(0);
    assert.equal(workers.length, 4);
    assert.equal(hangs, 1);
  });

  it('is named in the log, with the time of its silence and what it had', async () => {
    await serving(1);
    answers(worker(0), 41);
    clock.advance(TIMEOUT);
    answers(worker(0), 42);
    clock.advance(TIMEOUT);
    hang(worker(0));
    clock.advance(DEAD);
    const [line] = lines;
    assert.equal(line?.message, 'worker does not answer: killing it');
    assert.deepEqual(line?.fields, {
      ...{ worker: 1, node: undefined, generation: 1 },
      ...{ silentMs: TIMEOUT, connections: 42 },
    });
  });

  it('has the whole time for its answer', async () => {
    await serving(1);
    hang(worker(0));
    const before = worker(0).received.length;
    for (let waited = 0; waited < TIMEOUT && worker(0).received.length === before; waited++) clock.advance(1);
    clock.advance(TIMEOUT - 1);
    assert.deepEqual(killed(), []);
    answers(worker(0));
    clock.advance(10 * TIMEOUT);
    assert.deepEqual(killed(), []);
  });

  it('gets one ping, however long it hangs', async () => {
    await serving(1);
    hang(worker(0));
    const before = worker(0).kinds.length;
    clock.advance(DEAD);
    assert.deepEqual(worker(0).kinds.slice(before), ['ping']);
  });

  it('is one that answered before: all that answer live', async () => {
    await serving(4);
    clock.advance(100 * TIMEOUT);
    assert.deepEqual([killed(), hangs, workers.length], [[], 0, 4]);
  });

  it('is not one that was asleep together with its supervisor', async () => {
    await serving(2);
    // One got its ping just before, and the other had little time left.
    hang(worker(0));
    clock.advance(1.1 * TIMEOUT);
    hang(worker(1));
    clock.sleep(100 * TIMEOUT);
    for (const each of workers) answers(each);
    clock.advance(10 * TIMEOUT);
    assert.deepEqual(killed(), []);
  });

  it('is found after a sleep, too', async () => {
    await serving(1);
    hang(worker(0));
    clock.sleep(100 * TIMEOUT);
    assert.deepEqual(killed(), []);
    clock.advance(DEAD);
    assert.deepEqual(killed(), [1]);
  });

  it('is not one that has ended', async () => {
    await serving(1);
    hang(worker(0));
    clock.advance(TIMEOUT / 2);
    const { length } = worker(0).received;
    worker(0).ends(1);
    clock.advance(10 * TIMEOUT);
    assert.deepEqual([killed(), hangs, worker(0).received.length], [[], 0, length]);
  });

  it('lives where workerTimeout is off', async () => {
    await serving(1, 0);
    hang(worker(0));
    clock.advance(100 * TIMEOUT);
    assert.deepEqual([worker(0).kinds, killed()], [['start'], []]);
  });

  it('lives if it is of a release that answers no ping', async () => {
    const started = supervisor.start();
    worker(0).serves({ workerTimeout: undefined });
    await started;
    clock.advance(100 * TIMEOUT);
    assert.deepEqual([worker(0).kinds, killed()], [['start'], []]);
  });

  it('is killed while it keeps what it had before a reload, and not replaced', async () => {
    await serving(1);
    const outcome = supervisor.reload();
    await settled();
    worker(1).serves({ linger: 100 * TIMEOUT, workerTimeout: TIMEOUT });
    answers(worker(1));
    await outcome;
    assert.equal(worker(0).kinds.at(-1), 'retire');
    hang(worker(0));
    clock.advance(DEAD);
    await settled();
    clock.advance(TIMEOUT);
    assert.deepEqual([killed(), workers.length, hangs], [[1], 2, 1]);
  });

  it('is killed while it drains, before its grace time is over', async () => {
    const started = supervisor.start();
    worker(0).serves({ workerTimeout: TIMEOUT }, 100 * TIMEOUT);
    await started;
    answers(worker(0));
    const drained = supervisor.drain();
    clock.advance(10 * TIMEOUT);
    assert.deepEqual(killed(), []);
    hang(worker(0));
    clock.advance(DEAD);
    assert.deepEqual(killed(), [1]);
    await drained;
  });

  it('is not one that has yet to serve: its start has a bound of its own', async () => {
    await serving(1);
    const outcome = supervisor.reload();
    await settled();
    worker(1).says({ kind: 'hello', release: '1.0.0' });
    clock.advance(TIMEOUT + 1);
    assert.deepEqual(worker(1).kinds, ['start']);
    worker(1).serves({ workerTimeout: TIMEOUT });
    assert.equal((await outcome).isDone, true);
  });

  it('is one of many that hang at once: each is replaced', async () => {
    await serving(3);
    for (const each of workers) hang(each);
    clock.advance(DEAD);
    await settled();
    clock.advance(1_000);
    assert.deepEqual([killed(), hangs, workers.length], [[1, 2, 3], 3, 6]);
  });
});
