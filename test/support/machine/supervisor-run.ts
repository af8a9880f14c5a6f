import { readdirSync, readFileSync } from 'node:fs';
import { until } from '../until.ts';
import type { Run } from './program-run.ts';

/** Ids of the workers of a run, in the order of their starts. Only on Linux. */
export function workersOf({ child }: Run): number[] {
  return childrenOf(child.pid as number);
}

/** Ids of the processes that a process has started, in the order of their starts. Only on Linux. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && parentOf(pid) === parent)
    .sort((a, b) => a - b);
}

/** Resolves when that many workers are there. */
export async function untilWorkers(run: Run, count: number): Promise<number[]> {
  await until(`${count} workers`, () => workersOf(run).length === count);
  return workersOf(run);
}

/** Lines of the log with this message. */
export function logged({ stderr }: Run, message: string): Record<string, unknown>[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === message);
}

function parentOf(pid: number): number | undefined {
  try {
    // The name may hold spaces and parentheses (proc(5)).
    const [, state, parent] =
      /^\d+ \(.*\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
