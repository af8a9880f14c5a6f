import type { Clock } from '../base/clock.ts';
import type { WorkersFacts } from '../status/facts.ts';
import type { Gathered, ProcessReport, StatusSource } from '../status/gather.ts';
import { countersOf } from '../status/merge.ts';
import { type Snapshot, Snapshots } from '../status/snapshot.ts';
import type { BrokerChild } from './broker-child.ts';
import type { KeptCounters } from './kept-counters.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WorkersStatusParts {
  readonly clock: Clock;
  readonly release: string;
  /** All workers that live, of all generations. */
  workers(): Iterable<WorkerProcess>;
  readonly broker: BrokerChild;
  readonly kept: KeptCounters;
}

/** Asks all processes of a supervisor, the broker process and itself included. */
export class WorkersStatus implements StatusSource {
  readonly #parts: WorkersStatusParts;
  readonly #snapshots: Snapshots;
  #facts: WorkersFacts = { states: {}, generations: 0, silent: 0, deaths: 0, hung: { worker: 0, broker: 0 } };
  #deaths = 0;
  readonly #hung = { worker: 0, broker: 0 };

  constructor(parts: WorkersStatusParts) {
    this.#parts = parts;
    this.#snapshots = new Snapshots(parts.release, parts.clock, () => ({ workers: this.#facts }));
  }

  /** A worker ended while it was to serve. */
  died(): void {
    this.#deaths++;
  }

  /** A process did not answer, and is killed. */
  hung(role: 'worker' | 'broker'): void {
    this.#hung[role]++;
  }

  async gather(): Promise<Gathered> {
    const { broker } = this.#parts;
    const queried = [...this.#parts.workers()].filter(({ hasServed }) => hasServed);
    const [ofBroker, ...answers] = await Promise.all([
      broker.pid === undefined ? undefined : broker.snapshot(),
      ...queried.map((worker) => worker.snapshot()),
    ]);
    const own = await this.#own(queried, answers);
    // From here on in one turn: a worker that has ended counts as one of those that are kept.
    const living = queried.flatMap((worker, index) =>
      worker.state === 'ended' ? [] : [{ worker, snapshot: answers[index] }],
    );
    const silent = living.flatMap(({ worker, snapshot }) =>
      snapshot === undefined && worker.lastSnapshot !== undefined
        ? [countersOf(worker.lastSnapshot.metrics)]
        : [],
    );
    const supervisor = { role: 'supervisor', pid: own.pid, state: 'serving', snapshot: own } as const;
    return {
      processes: [supervisor, ...living.map(reportOf), ...this.#brokerReport(ofBroker)],
      kept: [...this.#parts.kept.lists, ...silent],
    };
  }

  close(): void {
    this.#snapshots.close();
  }

  #own(queried: readonly WorkerProcess[], answers: readonly (Snapshot | undefined)[]): Promise<Snapshot> {
    const states: Record<string, number> = {};
    for (const { state } of queried) states[state] = (states[state] ?? 0) + 1;
    this.#facts = {
      states,
      generations: new Set(queried.map(({ generation }) => generation)).size,
      silent: answers.filter((answer) => answer === undefined).length,
      deaths: this.#deaths,
      hung: { ...this.#hung },
    };
    return this.#snapshots.take();
  }

  #brokerReport(snapshot: Snapshot | undefined): ProcessReport[] {
    const { pid } = this.#parts.broker;
    return pid === undefined ? [] : [{ role: 'broker', pid, state: 'serving', snapshot }];
  }
}

function reportOf({
  worker: { pid, state, generation },
  snapshot,
}: {
  readonly worker: WorkerProcess;
  readonly snapshot: Snapshot | undefined;
}): ProcessReport {
  return { role: 'worker', pid, generation, state, snapshot };
}
