import type { Figures, Target } from '../messages.ts';
import { HttpLink } from './http-link.ts';
import { anyPort } from './landing.ts';
import { echoOnce, openSession } from './open-sessions.ts';
import type { Dialect, LoadSession } from './session.ts';
import { text } from './text.ts';
import { type Mark, Window } from './window.ts';

interface TurnsTask {
  readonly sessions: number;
  readonly concurrency: number;
  readonly size: number;
  readonly warmUp: number;
  readonly duration: number;
}

/**
 * Sessions take turns: as many messages are under way as there are groups, however many sessions
 * there are. A group has one connection for its requests, so the server's descriptors suffice for
 * twice as many sessions.
 */
export async function turns(dialect: Dialect, target: Target, task: TurnsTask, mark: Mark): Promise<Figures> {
  const { concurrency, sessions } = task;
  const groups = await Promise.all(
    Array.from({ length: concurrency }, () => openGroup(dialect, target, Math.ceil(sessions / concurrency))),
  );
  const message = text(task.size);
  const window = new Window();
  let isRunning = true;
  const walk = async ({ members, up }: Group): Promise<void> => {
    for (let turn = 0; isRunning; turn = (turn + 1) % members.length) {
      const since = performance.now();
      await echoOnce(members[turn] as LoadSession, message);
      window.add(since);
      await up.answered();
    }
  };
  const walks = groups.map(walk);
  const figures = await window.run(task.warmUp, task.duration, mark);
  isRunning = false;
  await Promise.all(walks);
  return figures;
}

interface Group {
  readonly members: readonly LoadSession[];
  readonly up: HttpLink;
}

async function openGroup(dialect: Dialect, target: Target, count: number): Promise<Group> {
  const up = new HttpLink(anyPort(target));
  const members: LoadSession[] = [];
  while (members.length < count) {
    const session = await openSession(dialect, target, up);
    await echoOnce(session, 'hello');
    await up.answered();
    members.push(session);
  }
  return { members, up };
}
