import type { NativeWebSocketConstructor, Page, XMLHttpRequest } from '../../browser.d.ts';

/**
 * What carriers use of the browser. It is passed in, so that tests can set the time and answer
 * requests.
 */
export interface Platform {
  readonly _page: Page;
  /** The browser's own WebSocket, if it has one. */
  readonly _socket: NativeWebSocketConstructor | undefined;
  /**
   * Milliseconds of the wall clock. It continues while the machine sleeps, which is how sleep is
   * detected.
   */
  _now(): number;
}

/** A new request object. Undefined if the engine has none, or if ActiveX is disabled. */
export function newRequest(platform: Platform): XMLHttpRequest | undefined {
  const page = platform._page;
  // IE 7 and later have both. The native object does not depend on the ActiveX settings.
  if (page.XMLHttpRequest) return new page.XMLHttpRequest();
  const programs = ['MSXML2.XMLHTTP.6.0', 'MSXML2.XMLHTTP.3.0', 'Microsoft.XMLHTTP'];
  for (let i = 0; page.ActiveXObject && i < programs.length; i += 1) {
    try {
      return new page.ActiveXObject(programs[i] as string) as XMLHttpRequest;
    } catch (_) {
      // Not installed: try the next one.
    }
  }
  return undefined;
}

/**
 * Whether the engine has XMLHttpRequest level 2: CORS, a growing `responseText`, and several
 * requests to a host. From IE 10, Firefox 3.5, WebKit 530.
 */
export function hasLevel2(platform: Platform): boolean {
  const request = newRequest(platform);
  return !!request && request.withCredentials !== undefined;
}

/** Whether this engine can post to the gateway. Another origin requires level 2. */
export function canPost(platform: Platform, crossOrigin: boolean): boolean {
  return crossOrigin ? hasLevel2(platform) : !!newRequest(platform);
}

/**
 * Whether the engine opens only two connections to a host, as IE 6 and 7 do (Microsoft,
 * "Connectivity Enhancements in Internet Explorer 8"). IE 8 opens more and has XDomainRequest.
 */
export function isNarrow(platform: Platform): boolean {
  return !platform._page.XDomainRequest && !hasLevel2(platform);
}
