import { ConfigError } from '../base/errors.ts';
import { requestReload } from './control-socket.ts';
import { readPidFile } from './pid-file.ts';
import { directoryOf, isAlive, supervisorsOfUser } from './private-directory.ts';
import type { ReloadOutcome } from './supervisor.ts';

/**
 * `fallback-gateway reload [--pid-file FILE]`: reloads a running gateway, and waits for what comes
 * of it. Without a file it is the only one of this user. Throws a `ConfigError` of one line.
 */
export async function reloadCommand(args: readonly string[]): Promise<ReloadOutcome> {
  const pid = pidOf(fileOf(args));
  try {
    return await requestReload(directoryOf(pid));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refusal(reasonOf(pid, code));
  }
}

function fileOf(args: readonly string[]): string | undefined {
  const [, attached] = /^--pid-file=(.+)$/s.exec(args[0] ?? '') ?? [];
  if (args.length === 0) return undefined;
  if (args.length === 1 && attached !== undefined) return attached;
  if (args.length === 2 && args[0] === '--pid-file') return args[1];
  throw refusal('reload takes nothing but --pid-file FILE: the gateway that runs has its own options');
}

function pidOf(file: string | undefined): number {
  if (file !== undefined) {
    const pid = readPidFile(file);
    if (isAlive(pid)) return pid;
    throw refusal(`--pid-file ${file}: no process ${pid} runs, so the file is stale`);
  }
  const pids = supervisorsOfUser();
  const [only] = pids;
  if (only === undefined)
    throw refusal('no gateway with --workers runs for this user: --pid-file names another');
  if (pids.length > 1) {
    throw refusal(
      `several gateways run, processes ${pids.join(', ')}: say which with --pid-file, or kill -HUP it`,
    );
  }
  return only;
}

function reasonOf(pid: number, code: string | undefined): string {
  if (code === 'ENOENT')
    return `process ${pid} is no gateway with --workers, and only such a one can be reloaded`;
  if (code === 'EACCES') return `process ${pid} is another user's`;
  if (code === 'ECONNREFUSED') return `process ${pid} is starting or ending`;
  return `process ${pid} cannot be reached: ${code}`;
}

function refusal(line: string): ConfigError {
  return new ConfigError('GW_CONFIG', line);
}
