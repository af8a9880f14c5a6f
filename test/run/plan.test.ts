import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { RUNS } from '../engines/runs.ts';
import { GROUPS, jobsOf, roomJob, root } from './plan.ts';

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

  it('has a job for each engine of the conformance suite', () => {
    const engines = jobs.flatMap(({ env }) => env?.ENGINES ?? []);
    assert.deepEqual(engines.toSorted(), RUNS.map(({ engine }) => engine).toSorted());
  });

  it('has the tests of one room', () => {
    assert.ok(roomJob('session').files.includes('test/unit/session/session.test.ts'));
    assert.throws(() => roomJob('attic'), /^Error: no room "attic": must be one of access, /);
  });
});
