import type { NativeWebSocketConstructor, Page, XMLHttpRequest } from '../../browser.d.ts';

/**
 * What carriers need of the machine they run on. Passed in, so that tests move time and answer
 * requests by hand.
 */
export interface Platform {
  readonly _page: Page;
  /** The browser's own WebSocket, if it has one. */
  readonly _socket: NativeWebSocketConstructor | undefined;
  /**
   * Milliseconds of the wall clock: it goes on while the machine sleeps, which is how sleep is
   * noticed.
   */
  _now(): number;
}

/**
 * A new request object; undefined where the engine has none, or its owner has switched ActiveX off.
 */
export function newRequest(platform: Platform): XMLHttpRequest | undefined {
  const page = platform._page;
  // IE7 and later have both, and the native one is free of the ActiveX settings.
  if (page.XMLHttpRequest) return new page.XMLHttpRequest();
  const programs = ['MSXML2.XMLHTTP.6.0', 'MSXML2.XMLHTTP.3.0', 'Microsoft.XMLHTTP'];
  for (let i = 0; page.ActiveXObject && i < programs.length; i += 1) {
    try {
      return new page.ActiveXObject(programs[i] as string) as XMLHttpRequest;
    } catch (_) {
      // not installed: the next one
    }
  }
  return undefined;
}

/**
 * XMLHttpRequest level 2: CORS, growing `responseText`, several requests to a host. From IE10,
 * Firefox 3.5, WebKit 530.
 */
export function hasLevel2(platform: Platform): boolean {
  const request = newRequest(platform);
  return !!request && request.withCredentials !== undefined;
}

/** Whether this engine can post to the gateway: only level 2 does to another origin. */
export function canPost(platform: Platform, crossOrigin: boolean): boolean {
  return crossOrigin ? hasLevel2(platform) : !!newRequest(platform);
}

/**
 * IE 6 and 7 have two connections to a host (Microsoft, "Connectivity Enhancements in Internet
 * Explorer 8"); 8 has the object that is looked for here.
 */
export function isNarrow(platform: Platform): boolean {
  return !platform._page.XDomainRequest && !hasLevel2(platform);
}
