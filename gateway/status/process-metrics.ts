import type { Registry } from 'prom-client';
import type { Metric } from './metric.ts';

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 20;

/** What is known of this process itself. */
export interface ProcessReading {
  readonly rss: number;
  readonly lag: number;
  readonly metrics: readonly Metric[];
}

/** The process metrics that Prometheus recommends, and Node's own, from prom-client. */
export class ProcessMetrics {
  #registry: Registry | undefined;

  async read(): Promise<ProcessReading> {
    this.#registry ??= await newRegistry();
    const metrics = (await this.#registry.getMetricsAsJSON()) as unknown as Metric[];
    return {
      rss: process.memoryUsage.rss(),
      lag: lagOf(metrics),
      // A name with `_total` is for counters alone.
      metrics: metrics.filter(({ name, type }) => type === 'counter' || !name.endsWith('_total')),
    };
  }

  close(): void {
    this.#registry?.clear();
  }
}

/**
 * Seconds that 99 % of the looks since the last reading were less late. prom-client watches the
 * event loop, and its values have the time between two looks in them.
 */
function lagOf(metrics: readonly Metric[]): number {
  const found = metrics.find(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds');
  const lag = (found?.values[0]?.value ?? Number.NaN) - RESOLUTION / 1e3;
  return lag > 0 ? Number(lag.toFixed(4)) : 0;
}

/** It is loaded when somebody asks first: a gateway without a status port has no use for it. */
async function newRegistry(): Promise<Registry> {
  const { Registry, collectDefaultMetrics } = await import('prom-client');
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: RESOLUTION });
  return register;
}
