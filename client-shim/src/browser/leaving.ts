import { page } from './page.ts';

/**
 * Calls back when the page is left for good. `unload` bars a page from the back/forward cache, so `pagehide` where there is one
 * (sockjs-client#584); never `beforeunload`, which downloads and `javascript:` links fire too (engine.io-client#658).
 */
export function whenLeaving(leave: () => void): void {
  const hides = 'onpagehide' in page;
  if (page.addEventListener)
    page.addEventListener(
      hides ? 'pagehide' : 'unload',
      (event) => (hides && event.persisted) || leave(),
      false
    );
  else if (page.attachEvent) page.attachEvent('onunload', leave);
}
