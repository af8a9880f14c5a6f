import { page } from './page.ts';

/**
 * Runs what it is given in order, each in a task of its own where the engine has a MessageChannel. Several messages of one
 * HTTP response would else be dispatched within one task, and a page that awaits the next message between them, which
 * works on a native socket, would miss one: its promises settle only when the task ends. Engines without MessageChannel have no
 * native promises either, and there a timer for each message would cost 15 ms.
 */
export class TaskQueue {
  private readonly waiting: (() => void)[] = [];
  private busy = false;

  add(task: () => void): void {
    this.waiting.push(task);
    if (!this.busy) this.next();
  }

  private next(): void {
    for (;;) {
      const task = this.waiting.shift();
      this.busy = !!task;
      if (!task) return;
      task();
      if (page.MessageChannel) break;
    }
    const { port1, port2 } = new page.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      this.next();
    };
    port2.postMessage(0);
  }
}
