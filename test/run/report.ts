import type { Failure, Outcome } from './job.ts';
import { GROUPS, type Job, jobsOf, MINUTES } from './plan.ts';

/** What tests print when an engine or a program is missing. Each is printed once. */
const NOT_INSTALLED = /^skipped, as it is not installed: .*$/gm;

const INSTALL =
  'On Debian and Ubuntu test/engines/install.sh installs the browser engines, .ci/run everything, and runs all tests.';

/**
 * Prints a line for each job as it ends, and at the end what failed, what was skipped, and the
 * totals.
 */
export class Report {
  passed = 0;
  readonly failures: Failure[] = [];
  readonly skipped: string[] = [];
  /** Jobs that failed beside others and passed alone. */
  readonly #second: string[] = [];
  readonly #missing = new Set<string>();
  /** How many tests of a job were skipped. */
  readonly #skippedIn = new Map<string, number>();
  #jobs = 0;
  #ended = 0;
  readonly #print: (line: string) => void;
  readonly #start = performance.now();

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  /** Says what will run, and about how long that takes. */
  begins(jobs: readonly Job[]): void {
    this.#jobs = jobs.length;
    const minutes = GROUPS.map((group) => {
      const share = jobs.filter((job) => job.group === group).length / jobsOf([group]).length;
      return share * MINUTES[group];
    }).reduce((sum, each) => sum + each, 0);
    this.#print(`${jobs.length} jobs, about ${Math.max(1, Math.round(minutes))} minutes on two idle cores`);
  }

  /** One job's line, and below it what its tests printed. */
  ended(outcome: Outcome): void {
    const { job, passed, failures, skipped, seconds, output } = outcome;
    const counts = [
      `${passed} passed`,
      failures.length > 0 && `${failures.length} failed`,
      skipped.length > 0 && `${skipped.length} skipped`,
    ];
    const minutes = this.#elapsed();
    this.#ended++;
    const place = this.#jobs > 0 ? ` ${this.#ended}/${this.#jobs}` : '';
    this.#print(
      `[${minutes}${place}] ${job.name}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`,
    );
    for (const line of this.#linesOf(output)) this.#print(`    ${line}`);
    for (const { title, error } of failures) this.#print(`    failed: ${title}: ${error.split('\n')[0]}`);
  }

  /** A job that runs for long. */
  waits(what: string): void {
    this.#print(`[${this.#elapsed()}] … ${what}`);
  }

  count({ job, passed, failures, skipped }: Outcome): void {
    if (skipped.length > 0) this.#skippedIn.set(job.name, skipped.length);
    this.passed += passed;
    this.failures.push(...failures);
    this.skipped.push(...skipped);
  }

  /** A job whose first run does not count. */
  runsAgain({ job, failures }: Outcome): void {
    this.#second.push(`${job.name}: ${failures.map(({ title }) => title).join('; ')}`);
  }

  /**
   * Prints the end of the report, and returns the exit code. `N passed, N failed` is the last line.
   */
  end(isCi: boolean): 0 | 1 {
    for (const { title, error } of this.failures) {
      this.#print(`\nfailed: ${title}\n  ${error.split('\n').join('\n  ')}`);
    }
    for (const line of this.#second) this.#print(`\nfailed beside others, and ran again alone: ${line}`);
    const forbidden = isCi ? this.skipped : [];
    for (const title of forbidden) this.#print(`skipped, which CI does not allow: ${title}`);
    if (!isCi && this.skipped.length > 0) this.#print(`\n${this.skipped.length} skipped`);
    if (!isCi) for (const [name, count] of this.#skippedIn) this.#print(`  ${name}: ${count}`);
    for (const line of this.#missing) this.#print(line);
    if (this.#missing.size > 0) this.#print(INSTALL);
    const failed = this.failures.length + forbidden.length;
    this.#print(`\n${this.#elapsed()} minutes`);
    this.#print(`${this.passed} passed, ${failed} failed`);
    return failed === 0 && this.passed > 0 ? 0 : 1;
  }

  #elapsed(): string {
    const seconds = Math.round((performance.now() - this.#start) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  #linesOf(output: string): string[] {
    for (const [line] of output.matchAll(NOT_INSTALLED)) this.#missing.add(line);
    return output
      .replace(NOT_INSTALLED, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
}
