import type { Metric } from './metric.ts';
import type { Snapshot } from './snapshot.ts';

/** One process, with what it reported. */
export interface ProcessReport {
  /** `gateway`: it serves alone. */
  readonly role: 'gateway' | 'supervisor' | 'worker' | 'broker';
  readonly pid: number | undefined;
  /** Of a worker: its generation, and what it does. */
  readonly generation?: number | undefined;
  readonly state: string;
  /** Absent: it did not answer in time. */
  readonly snapshot: Snapshot | undefined;
}

/** What all processes reported at one moment. */
export interface Gathered {
  readonly processes: readonly ProcessReport[];
  /** Counters of processes that have ended, and of those that did not answer. */
  readonly kept: readonly (readonly Metric[])[];
}

/** Who can ask all processes of the gateway. */
export interface StatusSource {
  /** Answers within a bounded time: a process that does not answer is named. */
  gather(): Promise<Gathered>;
}

/** The source of a gateway that is one process. */
export function aloneSource(take: () => Promise<Snapshot>): StatusSource {
  return {
    gather: async () => {
      const snapshot = await take();
      const state = snapshot.isDraining ? 'draining' : 'serving';
      return { processes: [{ role: 'gateway', pid: snapshot.pid, state, snapshot }], kept: [] };
    },
  };
}
