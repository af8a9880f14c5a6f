import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../engines/programs.ts';
import { freePort } from '../machine/free-ports.ts';
import { end, type Program, said, start } from '../servers/program.ts';

/** A real nats-server on a free port of this machine. */
export interface NatsServer {
  readonly port: number;
  readonly pid: number;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/**
 * Starts one, with more lines of its configuration. `isStarted` false: `restart` starts it. Debian
 * has the program as `/usr/sbin/nats-server`.
 */
export async function startNats(
  configuration: readonly string[] = [],
  isStarted = true,
): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-'));
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  writeFileSync(file, [`listen: "127.0.0.1:${port}"`, ...configuration, ''].join('\n'));
  let running: Program | undefined;
  const run = async (): Promise<void> => {
    running = start(program('nats-server') as string, ['-c', file], process.env);
    await said(running, /Server is ready/);
  };
  const stop = async (): Promise<void> => {
    if (running !== undefined) await end(running);
  };
  if (isStarted) await run();
  return {
    port,
    get pid() {
      return running?.process.pid as number;
    },
    kill: async () => {
      const { process: child } = running as Program;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    stop,
    restart: run,
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
