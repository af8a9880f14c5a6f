import type { Failure, Outcome } from './job.ts';

/** What tests print when an engine or a program is missing. Each is printed once. */
const NOT_INSTALLED = /^skipped, as it is not installed: .*$/gm;

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
  readonly #print: (line: string) => void;
  readonly #start = performance.now();

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
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
    this.#print(`[${minutes}] ${job.name}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`);
    for (const line of this.#linesOf(output)) this.#print(`    ${line}`);
    for (const { title, error } of failures) this.#print(`    failed: ${title}: ${error.split('\n')[0]}`);
  }

  /** A job that runs for long. */
  waits(what: string): void {
    this.#print(`[${this.#elapsed()}] … ${what}`);
  }

  count({ passed, failures, skipped }: Outcome): void {
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
    for (const line of this.#missing) this.#print(line);
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
