import { fork } from 'node:child_process';
import type { Figures, LoadMessage, Task, Usage } from './messages.ts';
import { program, type ServerProcess } from './server-process.ts';

/** What the generator saw, and what the server had used at the edges of the measured time. */
export interface Measured {
  readonly figures: Figures;
  readonly before: Usage;
  readonly after: Usage;
}

/** A task that takes so many ms longer than its warm-up and measured time has hung. */
const TIMEOUT = 60_000;

const NOTHING: Usage = { cpu: Number.NaN, rss: Number.NaN, heap: Number.NaN };

/**
 * Lets a new load generator do one task. `collect`: the server frees garbage before it reports what
 * it uses.
 */
export function measure(task: Task, server: ServerProcess | undefined, collect = false): Promise<Measured> {
  const child = fork(program('load/main'), [], { execArgv: [] });
  const usage = { begin: Promise.resolve(NOTHING), end: Promise.resolve(NOTHING) };
  let deadline: NodeJS.Timeout | undefined;
  return new Promise<Measured>((resolve, reject) => {
    deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${task.dialect}: the load generator hangs`));
    }, timeOf(task) + TIMEOUT);
    child.on('message', async (message: LoadMessage) => {
      try {
        if ('failure' in message) throw new Error(`${task.dialect}: ${message.failure}`);
        if ('figures' in message) {
          resolve({ figures: message.figures, before: await usage.begin, after: await usage.end });
        } else if (server !== undefined) {
          const requested = server.usage(collect);
          // Awaited when the figures come; until then a failure must not be an unhandled one.
          requested.catch(() => {});
          usage[message.mark] = requested;
        }
      } catch (error) {
        reject(error);
      }
    });
    child.on('exit', (code) => reject(new Error(`${task.dialect}: the load generator ended with ${code}`)));
    child.send(task);
  }).finally(() => {
    clearTimeout(deadline);
    if (child.connected) child.disconnect();
  });
}

function timeOf(task: Task): number {
  return 'duration' in task ? task.warmUp + task.duration : 0;
}

/** Figures of a measured time, with the server's share per count. */
export function withCpu({ figures, before, after }: Measured): Figures {
  const cpu = after.cpu - before.cpu;
  const count = figures.count ?? 0;
  const seconds = count / (figures.rate ?? Number.NaN);
  return { ...figures, cpu: cpu / count, serverLoad: cpu / 1e6 / seconds };
}
