import type { Figures, Target } from '../messages.ts';
import { openSession } from './open-sessions.ts';
import type { Dialect, LoadSession } from './session.ts';
import { text } from './text.ts';

interface WireTask {
  readonly size: number;
  readonly count: number;
}

/**
 * Bytes of TCP payload that one echo costs, and that a message pushed to all costs one that only
 * listens.
 */
export async function wire(dialect: Dialect, target: Target, task: WireTask): Promise<Figures> {
  const session = await openSession(dialect, target);
  const listener = await openSession(dialect, target);
  const echoed = await perMessage(session, session, text(task.size), task.count);
  const pushed = await perMessage(session, listener, `!${text(task.size - 1)}`, task.count);
  return { up: echoed.up, down: echoed.down, pushUp: pushed.up, pushDown: pushed.down };
}

/** What `receiver` sends and receives per message that `sender` sends. */
async function perMessage(
  sender: LoadSession,
  receiver: LoadSession,
  message: string,
  count: number,
): Promise<{ up: number; down: number }> {
  await once(sender, receiver, message);
  const before = receiver.bytes();
  for (let i = 0; i < count; i++) await once(sender, receiver, message);
  const after = receiver.bytes();
  return { up: (after.up - before.up) / count, down: (after.down - before.down) / count };
}

/** What belongs to one message is over: answers and new polls have gone. */
const QUIET = 3;

function once(sender: LoadSession, receiver: LoadSession, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    receiver.onmessage = (received) => {
      if (received === message) setTimeout(resolve, QUIET);
      else reject(new Error(`another message came: ${received.slice(0, 40)}`));
    };
    sender.send(message);
  });
}
