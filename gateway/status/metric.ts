/** One time series at one moment. `metricName` is there for the parts of a histogram. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** A family of samples, in the form of prom-client's `getMetricsAsJSON`. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How samples of several processes become one. */
  readonly aggregator: string;
  readonly values: readonly Sample[];
}

/** The sum of the samples of one family that have these labels. */
export function sumOf(
  metrics: readonly Metric[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let sum = 0;
  for (const sample of samplesOf(metrics, name)) {
    const fits = Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
    if (fits) sum += sample.value;
  }
  return sum;
}

export function samplesOf(metrics: readonly Metric[], name: string): readonly Sample[] {
  return metrics.find((metric) => metric.name === PREFIX + name)?.values ?? [];
}

/** Begins the name of each metric of the gateway's own. */
export const PREFIX = 'fallback_gateway_';
