import type { Outcome } from './job.ts';
import type { Job } from './plan.ts';

/**
 * The job that runs again what failed, with no neighbour. It is the failed tests alone, since the
 * others have passed. It is the whole job where a hook or the process failed, as then some tests
 * may not have run.
 */
export function secondRun({ job, failedTests, failures }: Outcome): Job {
  const again = { ...job, alone: true };
  return failedTests.length === failures.length ? { ...again, tests: failedTests } : again;
}

/** What both runs say together: of a test that ran twice the second run counts. */
export function joinRuns(first: Outcome, second: Outcome): Outcome {
  if (second.job.tests === undefined) return second;
  const lost = second.job.tests.length - second.passed - second.failures.length - second.skipped.length;
  const failures =
    lost > 0
      ? [...second.failures, { title: first.job.name, error: `${lost} tests did not run again` }]
      : second.failures;
  return {
    ...second,
    passed: first.passed + second.passed,
    skipped: [...first.skipped, ...second.skipped],
    failures,
  };
}
