import type { Event, MessageEvent } from '../../browser.d.ts';
import { page } from './page.ts';

/**
 * Calls `take` for every message from another window. The returned function stops that. In IE 8
 * messages arrive at the window or at its document.
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
