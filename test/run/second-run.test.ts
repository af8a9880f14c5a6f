import assert from 'node:assert/strict';
import { type Outcome, Running } from './job.ts';
import type { Job } from './plan.ts';
import { joinRuns, secondRun } from './second-run.ts';

const jobOf = (file: string): Job => ({
  name: file,
  group: 'unit',
  files: [`test/run/samples/${file}`],
  alone: false,
});

describe('the second run of a job that failed', () => {
  let first: Outcome;

  before(async () => {
    first = await new Running(jobOf('mixed.ts')).outcome;
  });

  it('has no neighbour, and runs only the tests that failed', async () => {
    const job = secondRun(first);
    assert.deepEqual([job.alone, job.tests], [true, ['a sample fails']]);
    const second = await new Running(job).outcome;
    assert.deepEqual([second.passed, second.failedTests, second.skipped], [0, ['a sample fails'], []]);
  });

  it('takes the place of the failures, and keeps what passed and was skipped before', () => {
    const second = { ...first, job: secondRun(first), passed: 1, failures: [], failedTests: [], skipped: [] };
    const joined = joinRuns(first, second);
    assert.deepEqual([joined.passed, joined.failures, joined.skipped], [2, [], ['a sample is skipped']]);
  });

  it('fails if a test that failed before did not run again', () => {
    const second = { ...first, job: secondRun(first), passed: 0, failures: [], failedTests: [], skipped: [] };
    assert.match(joinRuns(first, second).failures[0]?.error ?? '', /^1 tests did not run again$/);
  });

  it('is the whole job where a hook failed', async () => {
    const outcome = await new Running(jobOf('hook.ts')).outcome;
    assert.deepEqual([outcome.failures.length, outcome.failedTests], [1, []]);
    const job = secondRun(outcome);
    assert.equal(job.tests, undefined);
    assert.equal(joinRuns(outcome, { ...outcome, job }).failures.length, 1);
  });
});
