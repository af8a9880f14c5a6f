import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from './engine.ts';

/**
 * Runs an engine that is a program of its own: in a process group of its own, which is ended with it, and with a throwaway HOME. It is done if it
 * exits with 0 in time.
 */
export async function runChild(
  command: string,
  args: readonly string[],
  { seconds, env }: { seconds: number; env: Readonly<Record<string, string>> },
): Promise<RunResult> {
  const home = await mkdtemp(join(tmpdir(), 'engine-'));
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, LANG: 'C.UTF-8', ...env },
  });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const end = () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // Nothing of the group is left.
    }
  };
  const timer = setTimeout(() => {
    output += `not done in ${seconds} s\n`;
    end();
  }, seconds * 1000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  end();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
  return { done: code === 0, output };
}
