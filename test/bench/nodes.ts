import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NatsServer, startNats } from '../support/cluster/nats-server.ts';
import { groupCpuTime, groupPids } from './process-usage.ts';
import type { ServerProcess } from './server-process.ts';

/** The command, as it is shipped. */
const COMMAND = join(fileURLToPath(new URL('../../', import.meta.url)), 'dist/gateway/main.js');

const ARGS = [
  ...['--listen', '127.0.0.1:0', '--route', '/echo=echo:', '--log-level', 'warn'],
  ...['--max-sessions', '100000', '--max-sessions-per-address', '100000'],
  ...['--max-connections', '100000', '--max-connections-per-address', '100000'],
];

/** A gateway of one process or several, with its processes counted together. */
export interface NodesProcess extends ServerProcess {
  /** Ports of the nodes by the beginnings of their names; absent where all have one port. */
  readonly nodes?: Readonly<Record<string, number>>;
  /** CPU time of the NATS server so far, µs. */
  natsCpu(): Promise<number>;
}

/** One command: a single process, or with `workers` a supervisor and its workers. */
export async function startWorkers(workers: number | undefined): Promise<NodesProcess> {
  const args = workers === undefined ? [] : ['--workers', String(workers)];
  const command = await startCommand(args);
  return {
    port: command.port,
    usage: () => usageOf([command]),
    natsCpu: async () => 0,
    stop: command.stop,
  };
}

/** Single processes on ports of their own, which reach each other over NATS. */
export async function startNodes(count: number): Promise<NodesProcess> {
  const nats: NatsServer = await startNats();
  const names = Array.from({ length: count }, (_, index) => `n${index}-`);
  const commands = await Promise.all(
    names.map((name) =>
      startCommand(['--cluster', `nats://127.0.0.1:${nats.port}`, '--node', name.slice(0, -1)]),
    ),
  );
  const nodes = Object.fromEntries(names.map((name, index) => [name, commands[index]?.port ?? 0]));
  return {
    port: commands[0]?.port ?? 0,
    nodes,
    usage: () => usageOf(commands),
    natsCpu: () => groupCpuTime(nats.pid),
    async stop() {
      await Promise.all(commands.map((command) => command.stop()));
      await nats.remove();
    },
  };
}

interface Command {
  readonly port: number;
  /** Process group. */
  readonly group: number;
  stop(): Promise<void>;
}

async function startCommand(args: readonly string[]): Promise<Command> {
  const child = spawn(process.execPath, [COMMAND, ...ARGS, ...args], {
    // A group of its own: its workers are counted with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => process.kill(-(child.pid as number), 'SIGKILL');
  process.once('exit', kill);
  return {
    port: await portOf(child),
    group: child.pid as number,
    async stop() {
      process.off('exit', kill);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      // Sessions are left open: the first signal drains, the second ends.
      const again = setTimeout(() => child.kill('SIGTERM'), 500);
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(again);
      clearTimeout(late);
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      const found = /^open https?:\/\/127\.0\.0\.1:(\d+)/m.exec(output);
      if (found !== null) resolve(Number(found[1]));
    });
    child.on('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${output}`)));
  });
}

/** The programs are not ours to collect garbage in: `collect` is not obeyed. */
async function usageOf(commands: readonly Command[]) {
  const cpu = await sum(commands.map(({ group }) => groupCpuTime(group)));
  const pids = (await Promise.all(commands.map(({ group }) => groupPids(group)))).flat();
  return { cpu, rss: await sum(pids.map(residentSet)), heap: Number.NaN };
}

/** Bytes. proc(5), VmRSS. */
async function residentSet(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

async function sum(numbers: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(numbers)).reduce((total, one) => total + one, 0);
}
