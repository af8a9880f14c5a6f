import type { Clock } from '../base/clock.ts';
import type { RecentRefusal } from '../base/recent-refusals.ts';
import type { ProcessFacts } from './facts.ts';
import { readFamilies } from './families.ts';
import { type Metric, samplesOf } from './metric.ts';
import { ProcessMetrics } from './process-metrics.ts';

/** Whether the backend of a route accepts. */
export interface BackendState {
  readonly route: string;
  readonly backend: string;
  /** Connections that it accepted, and that it refused. */
  readonly accepted: number;
  readonly failed: number;
  /** Failures since it last accepted. */
  readonly failing: number;
  readonly lastFailure?: { readonly reason: string; readonly age: number } | undefined;
}

/** All that a process tells at one moment. It is plain data: it travels between processes. */
export interface Snapshot {
  readonly pid: number;
  /** Version of the package. */
  readonly release: string;
  /** Seconds since it started. */
  readonly uptime: number;
  /** Bytes of memory that the system counts for it. */
  readonly rss: number;
  /** Seconds that its event loop was late at most since the last snapshot; 99 % were less late. */
  readonly lag: number;
  /** Sessions and native connections. */
  readonly connections: number;
  readonly isDraining: boolean;
  readonly metrics: readonly Metric[];
  readonly refusals: readonly RecentRefusal[];
  readonly backends: readonly BackendState[];
}

/** Makes the snapshots of this process. */
export class Snapshots {
  readonly #release: string;
  readonly #clock: Clock;
  readonly #facts: () => ProcessFacts;
  readonly #process: ProcessMetrics;

  constructor(release: string, clock: Clock, facts: () => ProcessFacts = () => ({})) {
    this.#release = release;
    this.#clock = clock;
    this.#facts = facts;
    this.#process = new ProcessMetrics();
  }

  async take(): Promise<Snapshot> {
    const own = await this.#process.read();
    const facts = { ...this.#facts(), release: this.#release };
    const metrics = [...readFamilies(facts), ...own.metrics];
    return {
      pid: process.pid,
      release: this.#release,
      uptime: Math.round(process.uptime()),
      rss: own.rss,
      lag: own.lag,
      connections: samplesOf(metrics, 'connections').reduce((sum, { value }) => sum + value, 0),
      isDraining: facts.isDraining ?? false,
      metrics,
      refusals: facts.refusals ?? [],
      backends: this.#backends(facts),
    };
  }

  /** Nothing is read any more. */
  close(): void {
    this.#process.close();
  }

  #backends({ counters, routes = [] }: ProcessFacts): BackendState[] {
    const now = this.#clock.now();
    return routes.map(({ route, backend }) => {
      const { connects, failures, failing, lastFailure } = counters?.route(route) ?? {};
      return {
        route,
        backend,
        accepted: connects?.counts.reduce((sum, count) => sum + count, 0) ?? 0,
        failed: failures ?? 0,
        failing: failing ?? 0,
        lastFailure: lastFailure && {
          reason: lastFailure.reason.slice(0, 200),
          age: Math.round((now - lastFailure.at) / 1_000),
        },
      };
    });
  }
}
