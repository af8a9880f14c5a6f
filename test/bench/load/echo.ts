import type { Figures, Target } from '../messages.ts';
import { openSessions } from './open-sessions.ts';
import type { Dialect } from './session.ts';
import { text } from './text.ts';
import { type Mark, Window } from './window.ts';

interface EchoTask {
  readonly sessions: number;
  readonly size: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Every session sends its next message when the last one has come back. */
export async function echo(dialect: Dialect, target: Target, task: EchoTask, mark: Mark): Promise<Figures> {
  const sessions = await openSessions(dialect, target, task.sessions);
  const message = text(task.size);
  const window = new Window();
  for (const session of sessions) {
    let since = 0;
    const next = () => {
      since = performance.now();
      session.send(message);
    };
    session.onmessage = (echoed) => {
      if (echoed !== message) throw new Error(`another message came back: ${echoed.slice(0, 40)}`);
      window.add(since);
      next();
    };
    next();
  }
  return window.run(task.warmUp, task.duration, mark);
}
