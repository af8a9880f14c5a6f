import type { XMLHttpRequest } from '../../browser.d.ts';
import { nothing } from '../lang/nothing.ts';
import { createAlarm } from './alarm.ts';
import { canPost, newRequest, type Platform } from './platform.ts';
import type { Request, Requester, RequestOptions } from './requester.ts';

/**
 * Milliseconds between looks at a growing response. Browsers let no nested timer ring sooner (HTML,
 * "timers").
 */
const LOOK_INTERVAL = 4;
/** Looks after the last growth: more than the 50 ms between two events. */
const LOOKS = 16;
/** Characters that make the interval a millisecond longer: an engine may copy them at each look. */
const PER_LOOK = 20000;

/**
 * Sends by XMLHttpRequest or MSXML. It has a status, headers and, from level 2 on, bytes and other
 * origins.
 */
export const xhrRequester: Requester = { _works: canPost, _post: post, _sendsBytes: true, _asksUser: true };

function post(
  platform: Platform,
  address: string,
  body: string | ArrayBuffer,
  options: RequestOptions,
  done?: (status: number, text: string) => void,
  progress?: (text: string) => void
): Request {
  let request = newRequest(platform);
  let length = 0;
  let looks = 0;
  const look = createAlarm(platform, changed);

  /** Ends the request once; a negative `status` is not reported. */
  function end(status: number, text: string, aborts?: boolean): void {
    const ended = request;
    if (!ended) return;
    request = undefined;
    look._clear();
    // MSXML accepts only a function here, not null.
    ended.onreadystatechange = nothing;
    try {
      if (aborts) ended.abort();
    } catch (_) {
      // MSXML throws for a request that was never sent.
    }
    if (status >= 0 && done) done(status, text);
  }

  function fail(error: unknown): void {
    end(0, '' + error, true);
  }

  function changed(): void {
    if (!request || request.readyState < 3) return;
    // MSXML throws for both at readyState 3. It shows WinINet's errors (12002 to 12152) as the
    // status of a request without a response.
    let status = 0;
    let text = '';
    const complete = request.readyState === 4;
    try {
      status = request.status > 599 ? 0 : request.status;
      text = request.responseText;
    } catch (error) {
      // Other engines do not throw. A script of the page does that wraps the request, or has set
      // its responseType.
      if (complete || request.withCredentials !== undefined) fail(error);
      return;
    }
    if (complete) end(status, text);
    else if (status === 200 && text && progress) {
      progress(text);
      lookAgain(text.length);
    }
  }

  /**
   * Blink and Gecko fire no event within 50 ms of the one before, and still show what arrives
   * (Blink, XMLHttpRequestProgressEventThrottle). WebKit and IE fire one for each part.
   */
  function lookAgain(seen: number): void {
    if (seen > length) looks = LOOKS;
    length = seen;
    looks -= 1;
    if (request && looks > 0 && platform._page.TextDecoder) look._set(LOOK_INTERVAL + seen / PER_LOOK);
  }

  try {
    // Opera 11 and the scripts of some proxies throw here and not at `send`, so both are guarded.
    const opened = request as XMLHttpRequest;
    opened.open('POST', options._quiet ? address + '?l=0' : address, !options._sync);
    // After `open`, because IE 10 throws before it. Cookies are sent as they are with a native
    // handshake.
    if (options._crossOrigin) opened.withCredentials = true;
    if (typeof body === 'string') opened.setRequestHeader('Content-Type', 'text/plain;charset=UTF-8');
    if (options._header) opened.setRequestHeader('X-Fallback', options._header);
    if (options._asBytes && opened.overrideMimeType)
      opened.overrideMimeType('text/plain;charset=x-user-defined');
    opened.onreadystatechange = changed;
    opened.send(body);
  } catch (error) {
    platform._setTimeout(() => fail(error), 0);
  }

  return { _abort: () => end(-1, '', true) };
}
