import type { Timer } from '../base/clock.ts';
import type { Report, Snapshot } from './messages.ts';
import { RestartDelay } from './restart-delay.ts';
import type { StartFailure } from './start-failure.ts';
import type { WorkerContext } from './worker-context.ts';
import type { Ending } from './worker-port.ts';
import { howEnded, WorkerProcess } from './worker-process.ts';

/** Workers of one release and one configuration. */
export class Generation {
  readonly number: number;
  readonly #context: WorkerContext;
  readonly #workers = new Set<WorkerProcess>();
  readonly #delay = new RestartDelay();
  #snapshot: Snapshot | undefined;
  /** Workers that end are replaced. */
  #isServing = false;
  #isDraining = false;
  #replacing = new Set<Timer>();
  #linger: Timer;
  readonly #onEmpty: (() => void)[] = [];

  constructor(context: WorkerContext, number: number) {
    this.#context = context;
    this.number = number;
  }

  /** Nothing is left, and nothing will be started. */
  get isEmpty(): boolean {
    return this.#workers.size === 0 && !this.#isServing;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Starts a worker, and when it serves all others with the same options. Rejects with the
   * `StartFailure` of the first that fails; `retire` then ends those that serve.
   */
  async start(): Promise<Report> {
    const report = await this.#startWorker();
    this.#snapshot = report.snapshot;
    const { workers = 1 } = report.processes;
    await Promise.all(Array.from({ length: workers - 1 }, () => this.#startWorker()));
    if (!this.#isDraining) this.#isServing = true;
    // One may have ended while the others started.
    for (let missing = workers - this.#workers.size; missing > 0 && this.#isServing; missing--) {
      this.#replace(0);
    }
    return report;
  }

  /** The workers keep what they have, for `linger` milliseconds at most. */
  retire(linger: number): void {
    const { clock, log, sockets } = this.#context;
    this.#stopReplacing();
    sockets.forget(this.number);
    for (const worker of this.#workers) worker.retire();
    this.#linger = clock.setTimeout(() => {
      log.info('a replaced generation has reached --linger: closing what is left with 1001', this.#fields);
      this.drain();
    }, linger);
    this.#checkEmpty();
  }

  /** Closes all that the workers have. */
  drain(): void {
    this.#isDraining = true;
    this.#stopReplacing();
    this.#context.clock.clearTimeout(this.#linger);
    for (const worker of this.#workers) worker.drain();
    this.#checkEmpty();
  }

  reopenLogs(): void {
    for (const worker of this.#workers) worker.reopenLogs();
  }

  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }

  get workers(): Iterable<WorkerProcess> {
    return this.#workers;
  }

  /** One of its workers has served. */
  get hasServed(): boolean {
    return this.#snapshot !== undefined;
  }

  /** Resolves when all workers have ended. */
  emptied(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  get #fields() {
    return { generation: this.number, workers: this.#workers.size };
  }

  #startWorker(): Promise<Report> {
    const worker = new WorkerProcess(this.#context, this.number, this.#snapshot);
    this.#workers.add(worker);
    void worker.left.then((reason) => this.#left(worker, reason));
    void worker.ended.then((ending) => this.#ended(worker, ending));
    return worker.started;
  }

  #left(worker: WorkerProcess, reason: string): void {
    const { clock, log } = this.#context;
    if (!this.#isServing) return;
    const delay = this.#delay.next(clock.now() - worker.startedAt);
    this.#context.died?.();
    log.error('worker ended: starting another', { ...worker.fields, reason, delay });
    this.#replace(delay);
  }

  #ended(worker: WorkerProcess, ending: Ending): void {
    const { log } = this.#context;
    this.#workers.delete(worker);
    // A replacement says the rest.
    if (worker.hasServed && !this.#isServing && (ending.code !== 0 || !this.#isDraining)) {
      const level = ending.code === 0 ? 'info' : 'error';
      log[level]('worker ended', { ...worker.fields, reason: howEnded(ending) });
    }
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    const { clock } = this.#context;
    if (!this.isEmpty) return;
    clock.clearTimeout(this.#linger);
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  #replace(delay: number): void {
    const { clock, log } = this.#context;
    const timer = clock.setTimeout(() => {
      this.#replacing.delete(timer);
      this.#startWorker().then(
        () => log.info('worker started', this.#fields),
        ({ lines }: StartFailure) => {
          if (this.#isServing)
            log.error('worker did not start', { ...this.#fields, reason: lines.join('; ') });
        },
      );
    }, delay);
    this.#replacing.add(timer);
  }

  #stopReplacing(): void {
    this.#isServing = false;
    for (const timer of this.#replacing) this.#context.clock.clearTimeout(timer);
    this.#replacing.clear();
  }
}
