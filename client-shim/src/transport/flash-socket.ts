import type { Platform } from './platform.ts';

/**
 * Whether there is a Flash player that the page can use. The page must be http and the URL ws: an
 * https page may only open encrypted connections, and the movie cannot open those.
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
