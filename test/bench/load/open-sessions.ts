import type { Target } from '../messages.ts';
import { HttpLink } from './http-link.ts';
import { anyPort } from './landing.ts';
import type { Dialect, LoadSession } from './session.ts';

/** Sessions opened at the same time: fewer than any server's backlog. */
const WORKERS = 50;

/**
 * Opens one session; its requests beside the downstream go over `up`, or a connection of its own.
 */
export function openSession(
  dialect: Dialect,
  target: Target,
  up = new HttpLink(anyPort(target)),
): Promise<LoadSession> {
  return new Promise((resolve) => dialect(target, up, resolve));
}

/**
 * Opens many, with one echo on each: only then its downstream is known to be there. With `shared`,
 * few connections serve the requests of all sessions, as they would be closed on idle sessions.
 */
export async function openSessions(
  dialect: Dialect,
  target: Target,
  count: number,
  shared = false,
): Promise<LoadSession[]> {
  const sessions: LoadSession[] = [];
  let begun = 0;
  const worker = async () => {
    let up = new HttpLink(anyPort(target));
    while (begun < count) {
      begun += 1;
      const session = await openSession(dialect, target, up);
      await echoOnce(session, 'hello');
      await up.answered();
      sessions.push(session);
      if (!shared) up = new HttpLink(anyPort(target));
    }
    if (shared) up.drop();
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return sessions;
}

/** Sends a message and waits for it to come back. */
export function echoOnce(session: LoadSession, message: string): Promise<void> {
  return new Promise((resolve) => {
    session.onmessage = () => resolve();
    session.send(message);
  });
}
