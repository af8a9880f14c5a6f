import type { NativeWebSocketConstructor, Page, TimerId, XMLHttpRequest } from '../../browser.d.ts';
import { constructorIn } from '../browser/page.ts';
import { cancel, later } from '../browser/timer.ts';
import { now } from '../lang/now.ts';

/**
 * What carriers use of the browser. It is passed in, so that tests can set the time and answer
 * requests.
 *
 * Timers and constructors of requests are those that the page has when the shim is loaded. Test
 * libraries replace them later by fakes whose time stands still and whose requests go nowhere. A
 * native WebSocket does not notice those either.
 */
export interface Platform {
  readonly _page: Page;
  readonly _Request: Page['XMLHttpRequest'];
  readonly _EventSource: Page['EventSource'];
  /** The browser's own WebSocket, if it has one. */
  readonly _socket: NativeWebSocketConstructor | undefined;
  /**
   * Milliseconds of the wall clock. It continues while the machine sleeps, which is how sleep is
   * detected.
   */
  _now(): number;
  _setTimeout(run: () => void, ms: number): TimerId;
  _clearTimeout(id: TimerId): void;
}

/** The platform of a page as it is now. `socket` is its own WebSocket, if the shim may use one. */
export function createPlatform(page: Page, socket: Platform['_socket']): Platform {
  return {
    _page: page,
    _Request: page.XMLHttpRequest,
    _EventSource: constructorIn(page.EventSource),
    _socket: socket,
    _now: now,
    _setTimeout: later,
    _clearTimeout: cancel
  };
}

/** A new request object. Undefined if the engine has none, or if ActiveX is disabled. */
export function newRequest(platform: Platform): XMLHttpRequest | undefined {
  const page = platform._page;
  // IE 7 and later have both. The native object does not depend on the ActiveX settings.
  if (platform._Request) return new platform._Request();
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
