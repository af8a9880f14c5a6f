/** Median and range of some runs. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: readonly number[];
}

export function summarize(runs: readonly number[]): Summary {
  const sorted = Float64Array.from(runs).sort();
  const { length } = sorted;
  const low = sorted[(length - 1) >> 1] ?? Number.NaN;
  const high = sorted[length >> 1] ?? Number.NaN;
  return {
    median: (low + high) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted[length - 1] ?? Number.NaN,
    runs,
  };
}

/** Summary of the quotients run by run: what was measured side by side is compared side by side. */
export function summarizeRatios(ours: readonly number[], theirs: readonly number[]): Summary {
  const { length } = ours.length < theirs.length ? ours : theirs;
  return summarize(Array.from({ length }, (_, i) => (ours[i] as number) / (theirs[i] as number)));
}
