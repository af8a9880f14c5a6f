import { setTimeout as delay } from 'node:timers/promises';
import type { Figures, Target } from '../messages.ts';
import { openSessions } from './open-sessions.ts';
import type { Dialect, LoadSession } from './session.ts';
import type { Mark } from './window.ts';

interface IdleTask {
  readonly sessions: number;
  readonly warmUp: number;
}

/** Long enough for the server to read that connections are closed. */
const SETTLE = 500;

/**
 * Opens sessions that do nothing but have their downstream open. The server reports its memory at
 * both marks: when it has the first `warmUp`, and when it has `sessions` more. A heap grows by
 * steps to what a busy server needs, and those are no session's (with 200 at first, sockjs seems to
 * need half as much again).
 */
export async function idle(dialect: Dialect, target: Target, task: IdleTask, mark: Mark): Promise<Figures> {
  const warm = await openSessions(dialect, target, task.warmUp, true);
  await delay(SETTLE);
  mark('begin');
  await delay(SETTLE);
  const sessions = await openSessions(dialect, target, task.sessions, true);
  await delay(SETTLE);
  mark('end');
  await delay(SETTLE);
  return { count: sessions.length, warm: warm.length, imbalance: imbalanceOf([...warm, ...sessions]) };
}

/** By how many percent the fullest process is above the mean. */
function imbalanceOf(sessions: readonly LoadSession[]): number {
  const counts = new Map<string, number>();
  for (const { node = '' } of sessions) counts.set(node, (counts.get(node) ?? 0) + 1);
  return (Math.max(...counts.values()) / (sessions.length / counts.size) - 1) * 100;
}
