import { readFileSync } from 'node:fs';

/**
 * How many files and sockets this process may have open (`ulimit -n`); undefined where the system
 * does not say it in `/proc`. Node raises the soft limit to the hard one when it starts.
 */
export function descriptorLimit(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
