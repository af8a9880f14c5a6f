import { page } from './page.ts';

/**
 * Runs what it is given in order, each in a task of its own where the engine has a MessageChannel.
 * Several messages of one HTTP response would else be dispatched within one task, and a page that
 * awaits the next message between them, which works on a native socket, would miss one: its
 * promises settle only when the task ends. Engines without MessageChannel have no native promises
 * either, and there a timer for each message would cost 15 ms.
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
      if (page.MessageChannel) break;
    }
    const { port1, port2 } = new page.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      this._next();
    };
    port2.postMessage(0);
  }
}
