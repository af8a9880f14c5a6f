import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from './engine.ts';

/**
 * Name of the variable by which processes of a run are known that left their process group: KDE's
 * workers, D-Bus.
 */
const MARK = 'ENGINE_RUN';

/**
 * Seconds that a program may go on behind its run's time, if nobody ended it: the tests themselves
 * were killed. A program of Wine's holds the lock of all runs.
 */
const LEFT_OVER = 30;

/**
 * What one run of an engine starts: each program in a process group of its own, with a throwaway
 * HOME. All of it ends with the run.
 */
export class Sandbox {
  readonly home = mkdtempSync(join(tmpdir(), 'engine-'));
  /** What the programs said. */
  output = '';
  readonly #id = randomUUID();
  readonly #groups: number[] = [];
  readonly #seconds: number;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Starts a program. Its descriptor 3 is a pipe, for programs that can write to a descriptor. */
  start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const { home } = this;
    const longest = String(this.#seconds + LEFT_OVER);
    const child = spawn('timeout', ['--signal=KILL', longest, command, ...args], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        LANG: 'C.UTF-8',
        HOME: home,
        TMPDIR: home,
        XDG_RUNTIME_DIR: home,
        [MARK]: this.#id,
        ...env,
      },
    });
    const read = (chunk: Buffer) => {
      this.output += chunk;
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    // A program that ended does not read: its end says so.
    child.stdin.on('error', () => {});
    if (child.pid !== undefined) this.#groups.push(child.pid);
    return child;
  }

  async end(): Promise<void> {
    for (const group of this.#groups) kill(-group);
    for (let left = this.#marked(); left.length > 0; left = this.#marked()) {
      left.forEach(kill);
      await new Promise((later) => setTimeout(later, 20));
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * Processes with the mark in their environment; those of others cannot be read, and are none of
   * ours.
   */
  #marked(): number[] {
    const mark = `${MARK}=${this.#id}`;
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && environmentOf(pid).includes(mark));
  }
}

/**
 * Runs an engine: it is done when `open` resolves, within `seconds`. `open` may reject, or go on
 * for longer; everything that it started in the sandbox is ended.
 */
export async function inSandbox(
  seconds: number,
  open: (sandbox: Sandbox) => Promise<void>,
): Promise<RunResult> {
  const sandbox = new Sandbox(seconds);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([open(sandbox), late]);
    return { done: true, output: sandbox.output };
  } catch (error) {
    return { done: false, output: `${sandbox.output}${error}\n` };
  } finally {
    clearTimeout(timer);
    await sandbox.end();
  }
}

/** Rejects when a program ends before `what` resolves. */
export async function whileRuns<T>(child: ChildProcess, what: Promise<T>): Promise<T> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${child.spawnargs[3]} ended with ${code ?? signal}`);
  });
  return Promise.race([what, ended]);
}

/** Screens that this process has had. */
let screens = 0;

/**
 * Puts a private X server up, and resolves with its name for DISPLAY. The number is this process's
 * own. If each Xvfb took the first free one, a server that ends could remove the socket of another
 * that begins.
 */
export async function display(sandbox: Sandbox): Promise<string> {
  const own = 1_000 + (process.pid % 10_000) * 5 + (screens++ % 5);
  const server = sandbox.start('Xvfb', [
    `:${own}`,
    '-displayfd',
    '3',
    '-screen',
    '0',
    '1024x768x24',
    '-nolisten',
    'tcp',
  ]);
  const [number] = await whileRuns(server, once(server.stdio[3] as NodeJS.ReadableStream, 'data'));
  return `:${String(number).trim()}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
