import type { Figures } from './messages.ts';
import type { Row, RowGroup, Scenario, Settings } from './scenarios.ts';
import { type Summary, summarize, summarizeRatios } from './statistics.ts';

export interface RowResult {
  readonly name: string;
  readonly metrics: Readonly<Record<string, Summary>>;
  /** Ours ÷ this, of the metrics that are compared; not on our own rows. */
  readonly ratios: Readonly<Record<string, Summary>>;
  /** Why there are no figures. */
  readonly failure?: string;
}

export interface GroupResult {
  readonly name: string;
  readonly rows: readonly RowResult[];
}

/**
 * Every row once, then every row again: what disturbs the machine for a while disturbs all alike.
 */
export async function runScenario(
  scenario: Scenario,
  groups: readonly RowGroup[],
  runs: number,
  settings: Settings,
  progress: (row: string, run: number) => void,
): Promise<readonly GroupResult[]> {
  // What two groups are compared with is run once.
  const rows = [...new Set(groups.flatMap((group) => group.rows))];
  const figures = new Map<Row, Figures[]>(rows.map((row) => [row, []]));
  const failures = new Map<Row, string>();
  for (let i = 0; i < runs; i++) {
    for (const row of rows) {
      if (failures.has(row)) continue;
      progress(row.name, i);
      try {
        figures.get(row)?.push(await row.run(settings));
      } catch (error) {
        failures.set(row, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return groups.map((group) => ({
    name: group.name,
    rows: group.rows.map((row) => {
      const failure = failures.get(row);
      if (failure !== undefined) return { name: row.name, metrics: {}, ratios: {}, failure };
      const of = (each: Row | undefined, key: string) =>
        each === undefined ? [] : (figures.get(each) ?? []).map((one) => one[key] ?? Number.NaN);
      const ours = group.rows.find((each) => each.ours);
      const metrics: Record<string, Summary> = {};
      const ratios: Record<string, Summary> = {};
      for (const { key, compared } of scenario.metrics) {
        metrics[key] = summarize(of(row, key));
        if (!compared || row.ours || ours === undefined || failures.has(ours)) continue;
        ratios[key] = summarizeRatios(of(ours, key), of(row, key));
      }
      return { name: row.name, metrics, ratios };
    }),
  }));
}
