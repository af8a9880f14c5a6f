import type { Page } from '../../browser.d.ts';

/**
 * Calls `run` in a task of its own, behind the promise reactions that are due. False: the engine
 * has no MessageChannel, and `run` is not called. It has no native promises either, and a timer may
 * take 15 ms there.
 */
export function laterTask(page: Page, run: () => void): boolean {
  if (!page.MessageChannel) return false;
  const { port1, port2 } = new page.MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(0);
  return true;
}
