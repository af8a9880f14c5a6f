import type { Target } from '../messages.ts';
import { HttpLink } from './http-link.ts';
import type { Dialect, LoadSession } from './session.ts';

/** Sessions opened at the same time: fewer than any server's backlog. */
const LANES = 50;

/** Opens one session; its requests beside the downstream go over `up`, or a connection of its own. */
export function openSession(
  dialect: Dialect,
  target: Target,
  up = new HttpLink(target.port),
): Promise<LoadSession> {
  return new Promise((resolve) => dialect(target, up, resolve));
}

/** Opens many. With `shared`, sessions that opened over the same connection go on sharing it. */
export async function openSessions(
  dialect: Dialect,
  target: Target,
  count: number,
  shared = false,
): Promise<LoadSession[]> {
  const sessions: LoadSession[] = [];
  let begun = 0;
  const lane = async () => {
    const up = shared ? new HttpLink(target.port) : undefined;
    while (begun < count) {
      begun += 1;
      sessions.push(await openSession(dialect, target, up));
    }
    if (shared) up?.drop();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return sessions;
}
