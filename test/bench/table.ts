import type { GroupResult, RowResult } from './run-scenario.ts';
import type { Metric, Scenario } from './scenarios.ts';
import type { Summary } from './statistics.ts';

/**
 * The results of a scenario as lines of text: each figure as its median and its range, then what
 * ours is of theirs.
 */
export function formatTable(scenario: Scenario, groups: readonly GroupResult[]): string[] {
  const compared = scenario.metrics.filter((metric) => metric.compared);
  const head = [
    '',
    ...scenario.metrics.map(({ title }) => title),
    ...compared.map(({ title }) => `ours ÷ it: ${title}`),
  ];
  const lines: (string[] | string)[] = [head];
  for (const { name, rows } of groups) {
    lines.push(name);
    for (const row of rows)
      lines.push(row.failure === undefined ? cells(row, scenario.metrics) : `  ${row.name}: ${row.failure}`);
  }
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => (typeof line === 'string' ? 0 : (line[column] as string).length))),
  );
  return lines.map((line) =>
    typeof line === 'string'
      ? line
      : line
          .map((cell, column) =>
            column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
          )
          .join('  ')
          .trimEnd(),
  );
}

function cells(row: RowResult, metrics: readonly Metric[]): string[] {
  return [
    `  ${row.name}`,
    ...metrics.map(({ key, digits }) => format(row.metrics[key], digits)),
    ...metrics.filter(({ compared }) => compared).map(({ key }) => format(row.ratios[key], 2)),
  ];
}

function format(summary: Summary | undefined, digits: number): string {
  if (summary === undefined || Number.isNaN(summary.median)) return '';
  const median = summary.median.toFixed(digits);
  const min = summary.min.toFixed(digits);
  const max = summary.max.toFixed(digits);
  return min === max ? median : `${median} (${min}–${max})`;
}
