import { closeSync, openSync } from 'node:fs';

/** Whether this process has a terminal, from which it was started. */
export function hasTerminal(): boolean {
  if (process.platform === 'win32') return process.stdin.isTTY === true;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
