import type { Figures, LoadMessage, Task } from '../messages.ts';
import { dialects } from './dialects/index.ts';
import { echo } from './echo.ts';
import { get } from './get.ts';
import { idle } from './idle.ts';
import { open } from './open.ts';
import { push } from './push.ts';
import { turns } from './turns.ts';
import { wire } from './wire.ts';

/**
 * The load generator: one process, one task, which the parent process sends. Anything unexpected
 * ends it with the reason.
 */
process.on('uncaughtException', (error) => say({ failure: error.message }, () => process.exit(1)));
process.on('unhandledRejection', (error) => say({ failure: String(error) }, () => process.exit(1)));
process.on('disconnect', () => process.exit(0));
process.once('message', (task: Task) => void start(task));

async function start(task: Task): Promise<void> {
  const figures = await perform(task);
  say({ figures });
}

function perform(task: Task): Promise<Figures> {
  const mark = (edge: 'begin' | 'end') => say({ mark: edge });
  if (task.kind === 'get') return get(task.target, task, mark);
  const dialect = dialects[task.dialect];
  if (dialect === undefined) throw new Error(`no dialect ${task.dialect}`);
  const { target } = task;
  switch (task.kind) {
    case 'echo':
      return echo(dialect, target, task, mark);
    case 'push':
      return push(dialect, target, task, mark);
    case 'turns':
      return turns(dialect, target, task, mark);
    case 'open':
      return open(dialect, target, task, mark);
    case 'idle':
      return idle(dialect, target, task, mark);
    case 'wire':
      return wire(dialect, target, task);
  }
}

function say(message: LoadMessage, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}
