import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNS } from '../engines/runs.ts';
import { GROUPS, type Job, jobsOf, recordSeconds, roomJob, root, SECONDS } from './plan.ts';

describe('the plan of all tests', () => {
  const jobs = jobsOf(GROUPS);

  it('has every test file, in one job', () => {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'test'], {
      cwd: root,
      encoding: 'utf8',
    });
    const all = listed.split('\n').filter((file) => file.endsWith('.test.ts'));
    const planned = new Set(jobs.flatMap(({ files }) => files));
    assert.deepEqual(
      all.filter((file) => !planned.has(file)),
      [],
    );
    const names = jobs.map(({ name }) => name);
    assert.deepEqual(names.length, new Set(names).size);
  });

  it('begins with the groups that are soon over, and in each part with what takes longest', () => {
    const parts = ['unit', 'checks', 'integration'].map((group) =>
      (GROUPS as readonly string[]).indexOf(group),
    );
    const partOf = ({ group }: Job): number => parts.findLastIndex((first) => first <= GROUPS.indexOf(group));
    const orders = jobs.map((job) => [partOf(job), -(SECONDS[job.name] ?? 0)] as const);
    assert.deepEqual(
      orders,
      orders.toSorted(([part, seconds], [otherPart, others]) => part - otherPart || seconds - others),
    );
  });

  it('gives an engine two thirds of a slot, and half of one where it mostly waits', () => {
    const shareOf = (engine: string) => jobs.find(({ env }) => env?.ENGINES === engine)?.share;
    assert.deepEqual([shareOf('chromium'), shareOf('edbrowse')], [2 / 3, 1 / 2]);
  });

  it('writes down how long jobs took, and keeps what it knows of the others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seconds-'));
    const file = join(folder, 'seconds.json');
    recordSeconds(
      new Map([
        ['test/words', 1234.4],
        ['test/gone.test.ts', 5],
      ]),
      file,
    );
    const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    rmSync(folder, { recursive: true });
    assert.deepEqual(Object.keys(written), jobs.map(({ name }) => name).toSorted());
    assert.equal(written['test/words'], 1234);
    assert.equal(written['test/fuzz'], SECONDS['test/fuzz']);
  });

  it('has a job for each engine of the conformance suite', () => {
    const engines = jobs.flatMap(({ env }) => env?.ENGINES ?? []);
    assert.deepEqual(engines.toSorted(), RUNS.map(({ engine }) => engine).toSorted());
  });

  it('gives files that measure time a process of their own, with no neighbour', () => {
    const file = 'test/security/linear-heads.test.ts';
    const found = jobs.filter(({ files }) => files.includes(file));
    assert.deepEqual(
      found.map(({ files, alone }) => ({ files, alone })),
      [{ files: [file], alone: true }],
    );
  });

  it('has the tests of one room', () => {
    assert.ok(roomJob('session').files.includes('test/unit/session/session.test.ts'));
    assert.throws(() => roomJob('attic'), /^Error: no room "attic": must be one of access, /);
  });
});
