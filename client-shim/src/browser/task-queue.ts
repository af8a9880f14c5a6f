import { laterTask } from './later-task.ts';
import { page } from './page.ts';

/**
 * Runs functions in order, each in a separate task if the engine has MessageChannel. Otherwise
 * several messages of one HTTP response would be dispatched in one task. A page that awaits the
 * next message between them, which works on a native socket, would miss one: its promises settle
 * only when the task ends. Engines without MessageChannel have no native promises either, and a
 * timer for each message would cost 15 ms there.
 */
export class TaskQueue {
  private readonly _waiting: (() => void)[] = [];
  private _busy = false;

  _add(task: () => void): void {
    this._waiting.push(task);
    if (!this._busy) this._next();
  }

  private _next(): void {
    for (;;) {
      const task = this._waiting.shift();
      this._busy = !!task;
      if (!task) return;
      task();
      if (laterTask(page, () => this._next())) return;
    }
  }
}
