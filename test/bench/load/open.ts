import type { Figures, Target } from '../messages.ts';
import { HttpLink } from './http-link.ts';
import { anyPort } from './landing.ts';
import { echoOnce, openSession } from './open-sessions.ts';
import type { Dialect } from './session.ts';
import { text } from './text.ts';
import { type Mark, Window } from './window.ts';

interface OpenTask {
  readonly concurrency: number;
  readonly size: number;
  readonly warmUp: number;
  readonly duration: number;
}

/**
 * Opens sessions, has one message echoed (only then is the downstream known to be there) and leaves
 * them. Each worker keeps its connection for requests, as a browser does.
 */
export async function open(dialect: Dialect, target: Target, task: OpenTask, mark: Mark): Promise<Figures> {
  const message = text(task.size);
  const window = new Window();
  let running = true;
  const worker = async () => {
    const up = new HttpLink(anyPort(target));
    while (running) {
      const since = performance.now();
      const session = await openSession(dialect, target, up);
      await echoOnce(session, message);
      window.add(since);
      session.leave();
      await up.answered();
    }
  };
  const workers = Array.from({ length: task.concurrency }, worker);
  const figures = await window.run(task.warmUp, task.duration, mark);
  running = false;
  await Promise.all(workers);
  return figures;
}
