import assert from 'node:assert/strict';
import type { Outcome } from './job.ts';
import type { Job } from './plan.ts';
import { Schedule } from './schedule.ts';

const job = (name: string, more: Partial<Job> = {}): Job => ({
  ...{ name, group: 'unit', files: [], alone: false },
  ...more,
});

/** A schedule whose jobs end when the test says so. */
function schedule(jobs: readonly Job[], slots: number) {
  const ends = new Map<string, (outcome: Outcome | Error) => void>();
  const ended: string[] = [];
  const made = new Schedule(jobs, {
    slots,
    ended: ({ job: { name }, failures }) => ended.push(failures.length > 0 ? `${name} failed` : name),
    start: (started) => ({
      job: started,
      outcome: new Promise((resolve, reject) => {
        ends.set(started.name, (how) => (how instanceof Error ? reject(how) : resolve(how)));
      }),
    }),
  });
  return {
    run: made.run(),
    ended,
    startAnother: () => made.startAnother(),
    running: () => [...made.running].map(({ job: { name } }) => name),
    async end(name: string, error?: Error): Promise<void> {
      const outcome = {
        job: job(name),
        passed: 1,
        failedTests: [],
        failures: [],
        skipped: [],
        seconds: 0,
        output: '',
      };
      ends.get(name)?.(error ?? outcome);
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    },
  };
}

describe('the schedule of test processes', () => {
  it('runs as many as there are slots, and the next one when one has ended', async () => {
    const { run, running, end, ended } = schedule([job('a'), job('b'), job('c')], 2);
    assert.deepEqual(running(), ['a', 'b']);
    await end('b');
    assert.deepEqual(running(), ['a', 'c']);
    await end('a');
    await end('c');
    await run;
    assert.deepEqual(ended, ['b', 'a', 'c']);
  });

  it('runs three jobs of two thirds of a slot in two slots, and nothing beside them that is too much', async () => {
    const share = 2 / 3;
    const jobs = [
      job('a', { share }),
      job('b', { share }),
      job('c', { share }),
      job('d', { share }),
      job('e'),
    ];
    const { run, running, end } = schedule(jobs, 2);
    assert.deepEqual(running(), ['a', 'b', 'c']);
    await end('a');
    assert.deepEqual(running(), ['b', 'c', 'd']);
    await end('b');
    assert.deepEqual(running(), ['c', 'd']);
    await end('c');
    assert.deepEqual(running(), ['d', 'e']);
    await end('d');
    await end('e');
    await run;
  });

  it('gives jobs that wait half of the slots, and all of them when no other is left', async () => {
    const waits = { share: 1 / 2, waits: true };
    const jobs = [job('a', waits), job('b', waits), job('c', waits), job('d', waits), job('e'), job('f')];
    const { run, running, end, startAnother } = schedule(jobs, 2);
    assert.deepEqual(running(), ['a', 'b', 'e']);
    startAnother();
    assert.deepEqual(running(), ['a', 'b', 'e', 'f']);
    await end('a');
    assert.deepEqual(running(), ['b', 'e', 'f']);
    await end('e');
    assert.deepEqual(running(), ['b', 'f', 'c']);
    await end('f');
    assert.deepEqual(running(), ['b', 'c', 'd']);
    for (const name of ['b', 'c', 'd']) await end(name);
    await run;
  });

  it('runs a job that waits in a single slot', async () => {
    const { run, running, end } = schedule([job('a', { share: 1 / 2, waits: true }), job('b')], 1);
    assert.deepEqual(running(), ['a']);
    await end('a');
    await end('b');
    await run;
  });

  it('starts another job than there are slots for, up to twice as many', async () => {
    const jobs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => job(name));
    const { run, running, end, startAnother } = schedule(jobs, 2);
    startAnother();
    assert.deepEqual(running(), ['a', 'b', 'c']);
    startAnother();
    startAnother();
    assert.deepEqual(running(), ['a', 'b', 'c', 'd']);
    await end('a');
    await end('b');
    assert.deepEqual(running(), ['c', 'd']);
    await end('d');
    assert.deepEqual(running(), ['c', 'e']);
    for (const name of ['c', 'e', 'f']) await end(name);
    await run;
  });

  it('starts no other job beside one that must be alone, or before one has begun', async () => {
    const jobs = [job('a', { resource: 'wine' }), job('b', { resource: 'wine' }), job('c', { alone: true })];
    const { run, running, end, startAnother } = schedule(jobs, 2);
    startAnother();
    assert.deepEqual(running(), ['a']);
    await end('a');
    await end('b');
    assert.deepEqual(running(), ['c']);
    startAnother();
    await end('c');
    await run;
  });

  it('runs those that measure something alone, behind all others', async () => {
    const { run, running, end } = schedule([job('a', { alone: true }), job('b'), job('c')], 2);
    assert.deepEqual(running(), ['b', 'c']);
    await end('b');
    assert.deepEqual(running(), ['c']);
    await end('c');
    assert.deepEqual(running(), ['a']);
    await end('a');
    await run;
  });

  it('runs those that share a resource one after the other', async () => {
    const wine = { resource: 'wine' };
    const { run, running, end } = schedule([job('a', wine), job('b', wine), job('c')], 2);
    assert.deepEqual(running(), ['a', 'c']);
    await end('c');
    assert.deepEqual(running(), ['a']);
    await end('a');
    assert.deepEqual(running(), ['b']);
    await end('b');
    await run;
  });

  it('counts a process that could not be started as a failure, and goes on', async () => {
    const { run, end, ended } = schedule([job('a'), job('b')], 1);
    await end('a', new Error('no such program'));
    await end('b');
    await run;
    assert.deepEqual(ended, ['a failed', 'b']);
  });
});
