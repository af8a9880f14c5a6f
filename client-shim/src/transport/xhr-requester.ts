import type { XMLHttpRequest } from '../../browser.d.ts';
import { nothing } from '../lang/nothing.ts';
import { canPost, newRequest, type Platform } from './platform.ts';
import type { Request, Requester, RequestOptions } from './requester.ts';

/**
 * Sends by XMLHttpRequest or MSXML. It has a status, headers and, from level 2 on, bytes and other
 * origins.
 */
export const xhrRequester: Requester = { _works: canPost, _post: post, _sendsBytes: true };

function post(
  platform: Platform,
  address: string,
  body: string | ArrayBuffer,
  options: RequestOptions,
  done?: (status: number, text: string) => void,
  progress?: (text: string) => void
): Request {
  let request = newRequest(platform);

  function forget(): XMLHttpRequest | undefined {
    const forgotten = request;
    // MSXML accepts only a function here, not null.
    if (forgotten) forgotten.onreadystatechange = nothing;
    request = undefined;
    return forgotten;
  }

  function finish(status: number, text: string): void {
    if (forget() && done) done(status, text);
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
    } catch (_) {
      // MSXML, as above.
    }
    if (complete) finish(status, text);
    else if (status === 200 && text && progress) progress(text);
  }

  try {
    // Opera 11 and the scripts of some proxies throw here and not at `send`, so both are guarded.
    const opened = request as XMLHttpRequest;
    opened.open('POST', address, !options._sync);
    // After `open`, because IE 10 throws before it. Cookies are sent as they are with a native
    // handshake.
    if (options._crossOrigin) opened.withCredentials = true;
    if (typeof body === 'string') opened.setRequestHeader('Content-Type', 'text/plain;charset=UTF-8');
    if (options._header) opened.setRequestHeader('X-Fallback', options._header);
    if (options._asBytes && opened.overrideMimeType)
      opened.overrideMimeType('text/plain;charset=x-user-defined');
    opened.onreadystatechange = changed;
    opened.send(body);
  } catch (_) {
    platform._page.setTimeout(() => finish(0, ''), 0);
  }

  return {
    _abort: () => {
      const abandoned = forget();
      try {
        if (abandoned) abandoned.abort();
      } catch (_) {
        // MSXML throws for a request that was never sent.
      }
    }
  };
}
