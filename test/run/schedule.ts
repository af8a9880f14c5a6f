import { type Outcome, Running } from './job.ts';
import type { Job } from './plan.ts';

export interface ScheduleOptions {
  /** Jobs that run side by side, if each takes a whole slot. */
  readonly slots: number;
  /** Called with each outcome at once. */
  ended(outcome: Outcome): void;
  /** Starts a job; a test puts another one in its place. */
  readonly start?: (job: Job) => Pick<Running, 'job' | 'outcome'>;
}

/** Jobs for each slot, with those that are started because the machine is idle. */
const MOST = 2;

/** Runs jobs side by side, and those that may have no neighbour one by one behind all others. */
export class Schedule {
  /** Jobs that run now. */
  readonly running = new Set<Pick<Running, 'job' | 'outcome'>>();
  readonly #waiting: Job[];
  readonly #options: ScheduleOptions;

  constructor(jobs: readonly Job[], options: ScheduleOptions) {
    this.#waiting = [...jobs.filter(({ alone }) => !alone), ...jobs.filter(({ alone }) => alone)];
    this.#options = options;
  }

  async run(): Promise<void> {
    for (;;) {
      for (let job = this.#next(); job !== undefined; job = this.#next()) this.#start(job);
      if (this.running.size === 0) return;
      await Promise.race([...this.running].map(({ outcome }) => outcome.catch(() => {})));
      // Lets the handler of the one that ended take it off the list.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Starts one job more than the slots allow, because those that run leave the machine idle. */
  startAnother(): void {
    if (this.running.size === 0 || this.running.size >= MOST * this.#options.slots) return;
    const job = this.#next(Number.POSITIVE_INFINITY);
    if (job !== undefined) this.#start(job);
  }

  /**
   * Takes the first job off the list that may begin now. Those that wait get at most half of the
   * slots while there are others: side by side with those that compute they cost no time.
   */
  #next(slots = this.#options.slots): Job | undefined {
    const running = [...this.running].map(({ job }) => job);
    if (running.some(({ alone }) => alone)) return undefined;
    const taken = shares(running);
    const ofWaiting = shares(running.filter(({ waits }) => waits));
    const others = this.#waiting.some(({ waits, alone }) => !waits && !alone);
    const at = this.#waiting.findIndex(({ alone, resource, share = 1, waits }) => {
      if (alone) return running.length === 0;
      // Three thirds are a little more than one.
      if (taken + share > slots + 0.01) return false;
      if (waits && others && ofWaiting + share > this.#options.slots / 2) return false;
      return resource === undefined || running.every((job) => job.resource !== resource);
    });
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }

  #start(job: Job): void {
    const running = this.#options.start?.(job) ?? new Running(job);
    this.running.add(running);
    void running.outcome
      .catch((error: unknown): Outcome => {
        const failures = [{ title: job.name, error: String(error) }];
        return { job, passed: 0, failedTests: [], failures, skipped: [], seconds: 0, output: '' };
      })
      .then((outcome) => {
        this.running.delete(running);
        this.#options.ended(outcome);
      });
  }
}

function shares(jobs: readonly Job[]): number {
  return jobs.reduce((sum, { share = 1 }) => sum + share, 0);
}
