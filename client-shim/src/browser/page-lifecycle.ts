import { page } from './page.ts';

/**
 * Calls back when the page is unloaded, and when it goes into the back/forward cache (`freeze`
 * with true) and comes out of it (false). `unload` bars a page from that cache, so `pagehide` where
 * there is one (sockjs-client#584); never `beforeunload`, which downloads and `javascript:` links
 * fire too (engine.io-client#658).
 */
export function onPageLifecycle(unload: () => void, freeze: (frozen: boolean) => void): void {
  const hides = 'onpagehide' in page;
  if (page.addEventListener) {
    page.addEventListener(
      hides ? 'pagehide' : 'unload',
      (event) => (hides && event.persisted ? freeze(true) : unload()),
      false
    );
    page.addEventListener('pageshow', (event) => event.persisted && freeze(false), false);
  } else if (page.attachEvent) page.attachEvent('onunload', unload);
}
