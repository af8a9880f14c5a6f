import type { XDomainRequest } from '../../browser.d.ts';
import { indexOf } from '../lang/list.ts';
import { nothing } from '../lang/nothing.ts';
import type { Platform } from './platform.ts';
import type { Request, Requester, RequestOptions } from './requester.ts';
import { unwrap } from './unwrap.ts';

/**
 * Pending requests. The engine may collect a request before it is answered if only its own handlers
 * refer to it (faye#382).
 */
const underWay: XDomainRequest[] = [];

/**
 * Sends by XDomainRequest of IE 8 and 9: other origins of the page's own scheme, text only, no
 * headers, no cookies, no status (Microsoft, "XDomainRequest – Restrictions").
 */
export const xdrRequester: Requester = { _works: hasXdr, _post: post };

/** XDomainRequest refuses a scheme other than the page's. */
export function hasXdr(platform: Platform, _crossOrigin: boolean, url: string): boolean {
  const location = platform._page.location;
  return (
    !!platform._page.XDomainRequest &&
    !!location &&
    location.protocol === (/^wss/.test(url) ? 'https:' : 'http:')
  );
}

function post(
  platform: Platform,
  address: string,
  body: string | ArrayBuffer,
  _options: RequestOptions,
  done?: (status: number, text: string) => void,
  progress?: (text: string) => void
): Request {
  const page = platform._page;
  const request = new (page.XDomainRequest as NonNullable<typeof page.XDomainRequest>)();

  /** Ends the request; false if it had ended. */
  function forget(): boolean {
    const at = indexOf(underWay, request);
    if (at >= 0) underWay.splice(at, 1);
    return at >= 0;
  }

  function finish(status: number, text: string): void {
    if (forget() && done) done(status, text);
  }

  function failed(): void {
    finish(0, '');
  }

  function guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      platform._setTimeout(() => finish(0, '' + error), 0);
    }
  }

  underWay.push(request);
  // All handlers are set because IE 9 aborts requests that lack one (sockjs-client#391).
  request.onload = () => unwrap(request.responseText, finish);
  request.onerror = request.ontimeout = failed;
  request.onprogress = () => {
    if (progress) unwrap(request.responseText, (status, text) => status === 200 && progress(text));
  };
  // XDomainRequest rejects some ports.
  guarded(() => {
    request.open('POST', address + '?w=1');
    // For the same reason it must not be sent in the task that opened it.
    platform._setTimeout(() => {
      if (indexOf(underWay, request) >= 0) guarded(() => request.send(body as string));
    }, 0);
  });

  return {
    _abort: () => {
      if (!forget()) return;
      request.onprogress = nothing;
      try {
        request.abort();
      } catch (_) {
        // The request was never sent.
      }
    }
  };
}
