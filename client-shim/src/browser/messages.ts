import type { Event, MessageEvent } from '../../browser.d.ts';
import { page } from './page.ts';

/**
 * Calls back for every message from another window; calling the result ends that. In IE8 they come
 * to the window or to its document.
 */
export function onMessages(take: (event: MessageEvent) => void): () => void {
  const listener = take as (event: Event) => void;
  const { document } = page;
  if (page.addEventListener) page.addEventListener('message', listener, false);
  else {
    page.attachEvent?.('onmessage', listener);
    document?.attachEvent?.('onmessage', listener);
  }
  return () => {
    if (page.removeEventListener) page.removeEventListener('message', listener, false);
    else {
      page.detachEvent?.('onmessage', listener);
      document?.detachEvent?.('onmessage', listener);
    }
  };
}
