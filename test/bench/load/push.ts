import type { Figures, Target } from '../messages.ts';
import { openSessions } from './open-sessions.ts';
import type { Dialect, LoadSession } from './session.ts';
import { text } from './text.ts';
import { type Mark, Window } from './window.ts';

interface PushTask {
  readonly sessions: number;
  readonly size: number;
  readonly warmUp: number;
  readonly duration: number;
}

/**
 * One session asks for a message to all; when all have it, it asks again. Times are those until the
 * last one has it.
 */
export async function push(dialect: Dialect, target: Target, task: PushTask, mark: Mark): Promise<Figures> {
  const sessions = await openSessions(dialect, target, task.sessions, true);
  // Sessions that share their requests' connection must not be the one that sends.
  const [conductor] = (await openSessions(dialect, target, 1)) as [LoadSession];
  sessions.push(conductor);
  const message = `!${text(task.size - 1)}`;
  const window = new Window();
  let since = 0;
  let missing = 0;
  const round = () => {
    since = performance.now();
    missing = sessions.length;
    conductor.send(message);
  };
  for (const session of sessions) {
    session.onmessage = () => {
      missing -= 1;
      if (missing > 0) return;
      window.add(since, sessions.length);
      // The conductor may be in the middle of its own poll.
      setImmediate(round);
    };
  }
  round();
  return window.run(task.warmUp, task.duration, mark);
}
