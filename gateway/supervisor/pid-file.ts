import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ConfigError } from '../base/errors.ts';

/** Writes the id of this process. Returns what removes the file, if it is still this one's. */
export function writePidFile(file: string): () => void {
  try {
    writeFileSync(file, `${process.pid}\n`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError('GW_CONFIG', `--pid-file ${file} cannot be written (${code})`);
  }
  return () => {
    try {
      if (readPid(file) === process.pid) rmSync(file);
    } catch {
      // It is gone, or its folder is.
    }
  };
}

/** Throws a `ConfigError` of one line. */
export function readPidFile(file: string): number {
  try {
    const pid = readPid(file);
    if (pid !== undefined) return pid;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file: no gateway runs with it' : `it cannot be read (${code})`;
    throw new ConfigError('GW_CONFIG', `--pid-file ${file}: ${reason}`);
  }
  throw new ConfigError('GW_CONFIG', `--pid-file ${file}: it has no process id`);
}

function readPid(file: string): number | undefined {
  const text = readFileSync(file, 'utf8').trim();
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
