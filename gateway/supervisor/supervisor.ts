import { Generation } from './generation.ts';
import type { Report } from './messages.ts';
import { StartFailure } from './start-failure.ts';
import type { WorkerContext } from './worker-context.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What came of a reload. The lines are for the operator. */
export interface ReloadOutcome {
  readonly isDone: boolean;
  readonly lines: readonly string[];
}

const DRAINING = ['the gateway is draining'];

type State = 'idle' | 'serving' | 'draining';

/**
 * Starts workers, replaces those that end, and at a reload replaces all of them by a new generation
 * while the old one keeps what it has. It reads no request.
 */
export class Supervisor {
  readonly #context: WorkerContext;
  /** Oldest first. The last one serves. */
  readonly #generations = new Set<Generation>();
  #last = 0;
  #linger = 0;
  #state: State = 'idle';
  #current: Generation | undefined;
  #started: Promise<unknown> | undefined;
  /** The reload that runs, and the one behind it. */
  #running: Promise<ReloadOutcome> | undefined;
  #queued: Promise<ReloadOutcome> | undefined;

  constructor(context: WorkerContext) {
    this.#context = context;
  }

  /** Starts the first generation. Rejects with a `StartFailure`. */
  start(): Promise<Report> {
    const started = this.#start();
    this.#started = started.catch(() => {});
    return started;
  }

  async #start(): Promise<Report> {
    const generation = this.#newGeneration();
    try {
      const report = await this.#run(generation);
      this.#state = 'serving';
      this.#current = generation;
      this.#linger = report.processes.linger;
      return report;
    } catch (error) {
      // Whoever drains ends the process.
      if (this.#state === 'draining') return new Promise(() => {});
      generation.drain();
      await generation.emptied();
      this.#context.broker.kill();
      throw error;
    }
  }

  /**
   * Starts a new generation from what is on the disk now, and retires the present one. If the new
   * one cannot start, nothing changes. A reload that is requested while another runs comes behind
   * it, since that one may have read the files already; the same goes for the start.
   */
  reload(): Promise<ReloadOutcome> {
    if (this.#running === undefined) {
      this.#running = this.#reload().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      return this.reload();
    });
    return this.#queued;
  }

  /** Closes all that the workers have, and resolves when they have ended. */
  async drain(): Promise<void> {
    this.#state = 'draining';
    const all = [...this.#generations];
    this.#context.broker.drain();
    for (const generation of all) generation.drain();
    await Promise.all(all.map((generation) => generation.emptied()));
    await this.#context.broker.ended();
    this.#context.sockets.close();
  }

  /** All that live. */
  get workers(): Iterable<WorkerProcess> {
    return [...this.#generations].flatMap((generation) => [...generation.workers]);
  }

  /** All workers, old ones too, open their access log again. */
  reopenLogs(): void {
    for (const generation of this.#generations) generation.reopenLogs();
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const generation of this.#generations) generation.kill();
    this.#context.broker.kill();
  }

  async #reload(): Promise<ReloadOutcome> {
    const { log } = this.#context;
    await this.#started;
    // The start failed, and ends the process.
    if (this.#state === 'idle') return refused(['the gateway did not start']);
    if (this.#state === 'draining') return refused(DRAINING);
    const generation = this.#newGeneration();
    try {
      const report = await this.#run(generation);
      return this.#isDraining() ? refused(DRAINING) : this.#replaceBy(generation, report);
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error;
      if (this.#isDraining()) return refused(DRAINING);
      // Some of it may serve already, and have clients.
      generation.retire(this.#linger);
      log.error('reload refused, nothing was changed', { reason: error.lines.join('; ') });
      return refused(error.lines);
    }
  }

  #isDraining(): boolean {
    return this.#state === 'draining';
  }

  #replaceBy(next: Generation, { release, processes }: Report): ReloadOutcome {
    const { log } = this.#context;
    const { workers = 1, linger, maxGenerations } = processes;
    this.#linger = linger;
    this.#current?.retire(linger);
    this.#current = next;
    log.info('reloaded', { generation: next.number, workers, release });
    const living = [...this.#generations].filter((one) => !one.isDraining);
    for (const oldest of living.slice(0, Math.max(0, living.length - maxGenerations))) {
      log.warn('too many generations: closing what the oldest has with 1001', {
        generation: oldest.number,
        maxGenerations,
      });
      oldest.drain();
    }
    return { isDone: true, lines: [`reloaded: generation ${next.number} of release ${release} serves`] };
  }

  #newGeneration(): Generation {
    const generation = new Generation(this.#context, ++this.#last);
    this.#generations.add(generation);
    return generation;
  }

  #run(generation: Generation): Promise<Report> {
    const started = generation.start();
    void generation.emptied().then(() => {
      this.#generations.delete(generation);
      if (generation.hasServed && !this.#isDraining())
        this.#context.log.info('generation ended', { generation: generation.number });
    });
    return started;
  }
}

function refused(lines: readonly string[]): ReloadOutcome {
  return { isDone: false, lines };
}
