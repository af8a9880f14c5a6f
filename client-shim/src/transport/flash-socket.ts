import type { Platform } from './platform.ts';

/**
 * Whether there is a Flash player, and a page that may use it: over http to ws, as a page of https
 * may open nothing that is not encrypted and a movie opens nothing that is.
 */
export function hasFlash(platform: Platform, origin: string, url: string): boolean {
  const page = platform._page;
  const { plugins } = page.navigator || {};
  try {
    return (
      /^http:.* ws:/.test(origin + ' ' + url) &&
      !!(
        (plugins && plugins['Shockwave Flash']) ||
        new (page.ActiveXObject as NonNullable<typeof page.ActiveXObject>)('ShockwaveFlash.ShockwaveFlash')
      )
    );
  } catch (_) {
    return false;
  }
}
