import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The gateway as it is shipped: `npm run build` made it. */
export const program = fileURLToPath(new URL('../../../dist/gateway/main.js', import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the program as it is shipped. */
export class Run {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(
    args: readonly string[],
    child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }) as ChildProcess,
  ) {
    this.child = child;
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  /** Resolves when it has ended. It is killed if it has not within `limit` milliseconds. */
  async ended(limit = 15_000): Promise<Ended> {
    const late = setTimeout(() => this.child.kill('SIGKILL'), limit);
    const ended = await this.#ended();
    clearTimeout(late);
    return ended;
  }

  async #ended(): Promise<Ended> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Resolves with the port once the addresses to open are printed. */
  async port(): Promise<number> {
    while (!/^open .*\n/m.test(this.stdout)) {
      const event = await Promise.race([
        once(this.child.stdout as NodeJS.ReadableStream, 'data'),
        this.#ended(),
      ]);
      if (!Array.isArray(event)) throw new Error(`ended with ${event.code}: ${event.stderr}`);
    }
    return Number(/^open https?:\/\/[^:]+:(\d+)\//m.exec(this.stdout)?.[1]);
  }
}

/** Starts programs, and ends them after each test of the suite that calls it. */
export function useRuns(): { start(...args: string[]): Run; keep(run: Run): Run } {
  const runs: Run[] = [];
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.child.kill('SIGKILL');
      await run.ended();
    }
  });
  const keep = (run: Run): Run => {
    runs.push(run);
    return run;
  };
  return { start: (...args) => keep(new Run(args)), keep };
}
