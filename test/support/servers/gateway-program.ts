import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../dist/gateway/main.js', import.meta.url));

export interface GatewayProgram {
  readonly port: number;
  readonly process: ChildProcess;
  /** What it wrote to stdout and stderr. */
  output(): string;
  /** Ends it as an operator does, and resolves with its exit code. */
  close(): Promise<number | null>;
}

/** The gateway as it is shipped, in a process of its own: `npm run build` made it. */
export async function startProgram(args: readonly string[]): Promise<GatewayProgram> {
  if (!existsSync(program)) throw new Error('dist/gateway/main.js is missing: run npm run build');
  const child = spawn(process.execPath, [program, '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const found = /^open https?:\/\/127\.0\.0\.1:(\d+)/m.exec(output);
      if (found !== null) resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${output}`)));
  });
  return {
    port,
    process: child,
    output: () => output,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const [code] = (await exit) as [number | null];
      clearTimeout(late);
      return code;
    },
  };
}
