import { readdir, readFile } from 'node:fs/promises';

/** Ticks per second in /proc/PID/stat: 100 on every Linux of today (proc(5), USER_HZ). */
const TICK = 1_000_000 / 100;

/** User and system time of a process, µs. */
export async function cpuTime(pid: number): Promise<number> {
  return timeIn(await statOf(pid));
}

/** User and system time of all processes of a group, µs. */
export async function groupCpuTime(group: number): Promise<number> {
  return (await membersOf(group)).reduce((sum, { fields }) => sum + timeIn(fields), 0);
}

/** The processes of a group. */
export async function groupPids(group: number): Promise<number[]> {
  return (await membersOf(group)).map(({ pid }) => pid);
}

async function membersOf(group: number): Promise<{ pid: number; fields: readonly string[] }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  // One may end while they are read.
  const stats = await Promise.all(
    pids.map(async (pid) => ({ pid, fields: await statOf(pid).catch(() => []) })),
  );
  return stats.filter(({ fields }) => Number(fields[2]) === group);
}

/**
 * Fields from behind the name, which may have blanks in it: state, parent, group; utime is the
 * 12th, stime the 13th.
 */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function timeIn(fields: readonly string[]): number {
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
