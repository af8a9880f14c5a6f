import type { Registry } from 'prom-client';
import type { Gathered } from './gather.ts';
import type { Metric } from './metric.ts';

/** One registry for all processes, those that have ended included. */
export async function merged({ processes, kept }: Gathered): Promise<Registry> {
  const all = processes.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot.metrics]));
  return aggregated([...all, ...kept]);
}

/** The same as plain data. */
export async function mergedMetrics(gathered: Gathered): Promise<Metric[]> {
  return asMetrics(await merged(gathered));
}

/** What never goes down, and so has to outlive its process. */
export function countersOf(metrics: readonly Metric[]): readonly Metric[] {
  return metrics.filter(({ type }) => type === 'counter' || type === 'histogram');
}

/** Several lists as one. */
export async function sumOfLists(lists: readonly (readonly Metric[])[]): Promise<Metric[]> {
  return asMetrics(await aggregated(lists));
}

/** It is loaded when somebody asks first. */
async function aggregated(lists: readonly (readonly Metric[])[]): Promise<Registry> {
  const { AggregatorRegistry } = await import('prom-client');
  return AggregatorRegistry.aggregate([...lists]);
}

async function asMetrics(registry: Registry): Promise<Metric[]> {
  return (await registry.getMetricsAsJSON()) as unknown as Metric[];
}
