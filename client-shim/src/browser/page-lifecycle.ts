import { page } from './page.ts';

/**
 * Calls `unload` when the page is unloaded. Calls `freeze` with true when the page enters the
 * back/forward cache, and with false when it leaves it. A listener for `unload` keeps a page out of
 * that cache, so `pagehide` is used where it exists (sockjs-client#584). `beforeunload` is never
 * used, because downloads and `javascript:` links fire it too (engine.io-client#658).
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
