import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../machine/require-or-skip.ts';
import { type Front, type Pages, startFront } from '../servers/front.ts';
import type { startGateway } from '../servers/gateway.ts';
import { launchChromium } from './chromium.ts';

type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** What a suite has of it when its hooks have run. */
export interface ChromiumSite {
  readonly browser: Browser;
  readonly front: Front;
  readonly gateway: Gateway;
}

/**
 * Starts a gateway, a front with `pages` and Chromium before the tests of a suite, and ends them
 * after it. Pages may use the site when they are requested.
 */
export function chromiumSite(
  start: () => Promise<Gateway>,
  pages: (site: ChromiumSite) => Pages,
): ChromiumSite {
  const site = {} as { -readonly [Part in keyof ChromiumSite]: ChromiumSite[Part] };
  before(async function () {
    requireOrSkip(this, 'chromium');
    site.gateway = await start();
    site.front = await startFront(site.gateway.port, pages(site));
    site.browser = await launchChromium();
  });
  after(async () => {
    await site.browser?.close();
    await site.front?.close();
    await site.gateway?.close();
  });
  return site;
}
