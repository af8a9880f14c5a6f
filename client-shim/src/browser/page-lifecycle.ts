import { page } from './page.ts';

/**
 * Calls back when the page is left for good, and when it goes into the back/forward cache (`rest`
 * with true) and comes out of it (false). `unload` bars a page from that cache, so `pagehide` where
 * there is one (sockjs-client#584); never `beforeunload`, which downloads and `javascript:` links
 * fire too (engine.io-client#658).
 */
export function onPageLifecycle(leave: () => void, rest: (resting: boolean) => void): void {
  const hides = 'onpagehide' in page;
  if (page.addEventListener) {
    page.addEventListener(
      hides ? 'pagehide' : 'unload',
      (event) => (hides && event.persisted ? rest(true) : leave()),
      false
    );
    page.addEventListener('pageshow', (event) => event.persisted && rest(false), false);
  } else if (page.attachEvent) page.attachEvent('onunload', leave);
}
