import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Job } from './plan.ts';
import { root } from './plan.ts';

export interface Failure {
  readonly title: string;
  readonly error: string;
}

/** How one process of mocha went. */
export interface Outcome {
  readonly job: Job;
  readonly passed: number;
  /**
   * Titles of the tests among the failures. Other failures are those of a hook or of the process.
   */
  readonly failedTests: readonly string[];
  readonly failures: readonly Failure[];
  readonly skipped: readonly string[];
  readonly seconds: number;
  /** What the tests wrote to stdout and stderr. */
  readonly output: string;
}

/**
 * Milliseconds without any event after which a job is ended: longer than the longest test may take.
 */
const SILENT = 10 * 60_000;
/** More than connections are kept alive without a request. */
const EXIT = 10_000;
/** Milliseconds for the output that is still in the pipes when the process is gone. */
const DRAIN = 2_000;

/** No failure: the tests have said what they found. */
const LEFT_OPEN = 'the process did not exit: its tests left something open';

const mocha = fileURLToPath(new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url));
const reporter = fileURLToPath(new URL('events.cjs', import.meta.url));

export const MOCHA: readonly string[] = [mocha, '--no-config', '--timeout', '20000'];

/** A job that runs. */
export class Running {
  readonly job: Job;
  readonly outcome: Promise<Outcome>;
  passed = 0;
  /** The test that runs now. */
  current = '';
  readonly started = performance.now();
  readonly #child: ChildProcess;
  readonly #exit: number;
  readonly #failures: Failure[] = [];
  readonly #skipped: string[] = [];
  readonly #failedTests: string[] = [];
  #output = '';
  #hasEnded = false;
  #killed: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `exit`: milliseconds that the process has to exit in when its tests are over. */
  constructor(job: Job, exit = EXIT) {
    this.job = job;
    this.#exit = exit;
    const only = job.tests === undefined ? [] : ['--grep', patternOf(job.tests)];
    const mocha = [...MOCHA, '--forbid-only', '--reporter', reporter, ...only];
    const args = ['--import', 'tsx', ...mocha, ...job.files];
    // In a process group of its own, so that it can be ended with all that it started.
    this.#child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...job.env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.outcome = this.#run();
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Ends the process and those it started in its group. */
  kill(why: string): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#killed = why;
    process.kill(-pid, 'SIGKILL');
  }

  async #run(): Promise<Outcome> {
    const [, stdout, stderr, events] = this.#child.stdio as unknown as [null, Readable, Readable, Readable];
    for (const stream of [stdout, stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    createInterface(events).on('line', (line) => this.#take(JSON.parse(line)));
    this.#endAfter(SILENT, 'no test ended for ten minutes');
    const exit = await Promise.race([
      once(this.#child, 'exit') as Promise<[number | null, string | null]>,
      once(this.#child, 'error').then(([error]): never => {
        throw error;
      }),
    ]);
    // A process that the tests left behind may hold the pipes open.
    const closed = Promise.all([stdout, stderr, events].map((s) => s.readableEnded || once(s, 'close')));
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN).unref())]);
    clearTimeout(this.#timer);
    this.#check(exit);
    return {
      job: this.job,
      passed: this.passed,
      failedTests: this.#failedTests,
      failures: this.#failures,
      skipped: this.#skipped,
      seconds: this.seconds,
      output: this.#output,
    };
  }

  #take(event: { event: string; title: string; error: string; isTest: boolean }): void {
    this.#endAfter(SILENT, 'no test ended for ten minutes');
    switch (event.event) {
      case 'begin':
        this.current = event.title;
        return;
      case 'pass':
        this.passed++;
        return;
      case 'skip':
        this.#skipped.push(event.title);
        return;
      case 'fail':
        this.#failures.push({ title: event.title, error: event.error });
        if (event.isTest) this.#failedTests.push(event.title);
        return;
      default:
        this.#hasEnded = true;
        this.current = '';
        this.#endAfter(this.#exit, LEFT_OPEN);
    }
  }

  #endAfter(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.kill(why), ms);
  }

  /** A process that went down, or that was ended, is a failure even where no test failed. */
  #check([code, signal]: [number | null, string | null]): void {
    if (this.#hasEnded && this.#killed === undefined && code === Math.min(this.#failures.length, 255)) return;
    if (this.#killed === LEFT_OPEN) {
      this.#output += `\n${LEFT_OPEN}\n`;
      return;
    }
    const how = this.#killed ?? `the process ended with ${code ?? signal}`;
    const where = this.current === '' ? '' : ` during "${this.current}"`;
    if (this.#hasEnded && this.#failures.length > 0) return;
    const error = `${how}${where}\n${this.#output.slice(-4_000)}`;
    this.#failures.push({ title: this.job.name, error });
  }
}

/** A pattern that matches these titles and no other. */
function patternOf(titles: readonly string[]): string {
  return `^(${titles.map((title) => title.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})$`;
}
