import type { Figures, Target } from '../messages.ts';
import { HttpLink } from './http-link.ts';
import { openSession } from './open-sessions.ts';
import type { Dialect } from './session.ts';
import { type Mark, Window } from './window.ts';

interface OpenTask {
  readonly concurrency: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Opens sessions and leaves them at once. Each lane keeps its connection for requests, as a browser does. */
export async function open(dialect: Dialect, target: Target, task: OpenTask, mark: Mark): Promise<Figures> {
  const window = new Window();
  let running = true;
  const lane = async () => {
    const up = new HttpLink(target.port);
    while (running) {
      const since = performance.now();
      const session = await openSession(dialect, target, up);
      window.add(since);
      session.leave();
      await idleLink(up);
    }
  };
  const lanes = Array.from({ length: task.concurrency }, lane);
  const figures = await window.run(task.warmUp, task.duration, mark);
  running = false;
  await Promise.all(lanes);
  return figures;
}

/** Waits for the answer to what a leaving session may have sent. */
async function idleLink(link: HttpLink): Promise<void> {
  while (link.busy) await new Promise(setImmediate);
}
