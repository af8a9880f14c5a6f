import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
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
  #delay: IntervalHistogram | undefined;

  async read(): Promise<ProcessReading> {
    this.#registry ??= await newRegistry();
    const metrics = (await this.#registry.getMetricsAsJSON()) as unknown as Metric[];
    const lag = this.#lag();
    return {
      rss: process.memoryUsage.rss(),
      lag,
      // A name with `_total` is for counters alone.
      metrics: metrics.filter(({ name, type }) => type === 'counter' || !name.endsWith('_total')),
    };
  }

  close(): void {
    this.#delay?.disable();
    this.#registry?.clear();
  }

  /** The histogram has the resolution in each of its values. */
  #lag(): number {
    if (this.#delay === undefined) {
      this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION });
      this.#delay.enable();
      return 0;
    }
    const delay = this.#delay.percentile(99) / 1e9 - RESOLUTION / 1e3;
    this.#delay.reset();
    return Number.isFinite(delay) && delay > 0 ? Number(delay.toFixed(4)) : 0;
  }
}

/** It is loaded when somebody asks first: a gateway without a status port has no use for it. */
async function newRegistry(): Promise<Registry> {
  const { Registry, collectDefaultMetrics } = await import('prom-client');
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: RESOLUTION });
  return register;
}
