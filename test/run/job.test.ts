import assert from 'node:assert/strict';
import { type Outcome, Running } from './job.ts';
import { Report } from './report.ts';

const outcomeOf = (file: string, exit?: number) =>
  new Running({ name: file, group: 'unit', files: [`test/run/samples/${file}`], alone: false }, exit).outcome;

describe('a process of tests', () => {
  it('reports what passed, failed and was skipped', async () => {
    const { passed, failures, skipped } = await outcomeOf('mixed.ts');
    assert.equal(passed, 1);
    assert.deepEqual(
      failures.map(({ title }) => title),
      ['a sample fails'],
    );
    assert.match(failures[0]?.error ?? '', /^Error: on purpose\n/);
    assert.deepEqual(skipped, ['a sample is skipped']);
  });

  it('that ends before its tests do is a failure, whatever it exits with', async () => {
    const { passed, failures } = await outcomeOf('dies.ts');
    assert.equal(passed, 1);
    assert.match(
      failures[0]?.error ?? '',
      /^the process ended with 0 during "a sample takes the process with it"/,
    );
  });

  it('that does not exit by itself is ended, and its tests count', async () => {
    const { passed, failures, output } = await outcomeOf('lingers.ts', 100);
    assert.deepEqual([passed, failures], [1, []]);
    assert.match(output, /its tests left something open/);
  });

  it('whose file does not load is a failure with the reason', async () => {
    const { failures } = await outcomeOf('missing.ts');
    assert.match(failures[0]?.error ?? '', /^the process ended with 1\n.*missing\.ts/s);
  });
});

describe('the report of all tests', () => {
  const lines: string[] = [];
  let outcome: Outcome;

  before(async () => {
    outcome = await outcomeOf('mixed.ts');
  });

  const report = (isCi: boolean): number => {
    lines.length = 0;
    const made = new Report((line) => lines.push(line));
    made.ended(outcome);
    made.count(outcome);
    return made.end(isCi);
  };

  it('begins with how many jobs there are and about how long they take', () => {
    const said: string[] = [];
    const made = new Report((line) => said.push(line));
    made.begins([outcome.job]);
    assert.match(String(said[0]), /^1 jobs, about 1 minutes on two idle cores$/);
    made.ended(outcome);
    assert.match(String(said[1]), /^\[0:00 1\/1\] mixed\.ts: 1 passed, 1 failed, 1 skipped/);
  });

  it('says what was skipped where, and how to get what was missing', () => {
    lines.length = 0;
    const made = new Report((line) => lines.push(line));
    const withMissing = { ...outcome, output: 'skipped, as it is not installed: khtml\n' };
    made.ended(withMissing);
    made.count(withMissing);
    made.end(false);
    const text = lines.join('\n');
    assert.match(text, /\n1 skipped\n {2}mixed\.ts: 1\nskipped, as it is not installed: khtml\nOn Debian/);
    assert.match(text, /test\/engines\/install\.sh/);
  });

  it('ends with the totals, and fails when a test did', () => {
    assert.equal(report(false), 1);
    assert.equal(lines.at(-1), '1 passed, 1 failed');
    assert.match(lines.join('\n'), /^failed: a sample fails\n {2}Error: on purpose/m);
  });

  it('counts what was skipped as failed in CI, and names it', () => {
    assert.equal(report(true), 1);
    assert.equal(lines.at(-1), '1 passed, 2 failed');
    assert.ok(lines.includes('skipped, which CI does not allow: a sample is skipped'));
  });

  it('fails when nothing ran', () => {
    assert.equal(new Report(() => {}).end(false), 1);
  });
});
