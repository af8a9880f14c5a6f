import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Question, ServerMessage, Usage } from './messages.ts';

/** A server under test, in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  /** Of its metrics. */
  readonly statusPort?: number | undefined;
  /** What it has used so far; `collect` frees garbage first. */
  usage(collect: boolean): Promise<Usage>;
  stop(): Promise<void>;
}

/** Where `tsc` puts what runs in plain Node. */
const BUILT = new URL('../../dist/bench/', import.meta.url);

/** Time a server has to end by itself, ms: one with a profile to write needs some. */
const TIMEOUT = 10_000;

/** Path of a program of the benchmark. */
export function program(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, BUILT));
}

/** Starts `servers/NAME`. With `profile` it writes a CPU profile into that folder when it stops. */
export async function startServer(
  name: string,
  args: readonly string[] = [],
  profile?: string,
): Promise<ServerProcess> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = fork(program(`servers/${name}`), args, { execArgv: ['--expose-gc', ...profiling] });
  const exited = once(child, 'exit');
  const answer = async () => {
    const [message] = (await Promise.race([
      once(child, 'message'),
      exited.then(([code]) => Promise.reject(new Error(`server ${name} ended with ${code}`))),
    ])) as [ServerMessage];
    return message;
  };
  const hello = await answer();
  if (!('port' in hello)) throw new Error(`server ${name} did not tell its port`);
  return {
    port: hello.port,
    statusPort: hello.statusPort,
    usage: async (collect) => {
      const question: Question = { ask: 'usage', collect };
      child.send(question);
      const message = await answer();
      if (!('usage' in message)) throw new Error(`server ${name} did not tell its usage`);
      return message.usage;
    },
    stop: async () => {
      const deadline = setTimeout(() => child.kill('SIGKILL'), TIMEOUT);
      if (child.connected) child.disconnect();
      await exited;
      clearTimeout(deadline);
    },
  };
}
