import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds that a program may take to start on a busy machine. */
const START_TIMEOUT = 90_000;

/** A program that a test has started. */
export interface Program {
  readonly process: ChildProcess;
  /** The last 20,000 characters of what it wrote. */
  output: string;
}

/**
 * Starts a program in its own process group, because scripts start other programs. None of them
 * outlives this process.
 */
export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const kill = () => process.kill(-(child.pid as number), 'SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const program: Program = { process: child, output: '' };
  const read = (bytes: Buffer): void => {
    program.output = (program.output + bytes).slice(-20_000);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return program;
}

/** Waits for a line of the program's output. Ends the program if the line does not come. */
export async function said(program: Program, line: RegExp): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT;
  for (;;) {
    if (line.test(program.output)) return;
    const { exitCode, signalCode } = program.process;
    if (exitCode !== null || signalCode !== null || performance.now() > deadline) {
      await end(program);
      throw new Error(`it did not start: ${program.output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Ends the program and what it started, by a signal to the whole group, whose number is the
 * program's pid.
 */
export async function end({ process: child }: Program): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  const late = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), 10_000);
  await exit;
  clearTimeout(late);
}
