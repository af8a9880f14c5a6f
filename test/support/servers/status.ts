import type { Run } from '../machine/program-run.ts';

/** Where a run serves its status: the beginning of a URL. */
export function statusOf({ stdout }: Run): string {
  const [, origin] = /^status at (http:\/\/[^/]+)\/status/m.exec(stdout) ?? [];
  if (origin === undefined) throw new Error(`no status in ${stdout}`);
  return origin;
}
