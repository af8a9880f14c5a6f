import type { XMLHttpRequest } from '../../browser.d.ts';
import { newRequest, type Platform } from './platform.ts';

/** A request that is on its way. */
export interface Request {
  /** Forgets it; nothing is told any more. */
  abort(): void;
}

export interface RequestOptions {
  readonly crossOrigin: boolean;
  /** `X-Fallback` (PROTOCOL.md §3.1). */
  readonly header?: string;
  /** Read the answer as octets; see `readBytes`. */
  readonly asOctets?: boolean;
}

const IGNORE = (): void => {};

/**
 * Posts a body. `done` is told the status and text when the answer is complete or was cut, which cannot be told apart here; status 0 is no answer at all.
 * `progress` is told the text so far, where the engine shows it early. Nothing is told before this returned.
 */
export function post(
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
    // MSXML takes a function only, never null.
    if (forgotten) forgotten.onreadystatechange = IGNORE;
    request = undefined;
    return forgotten;
  }

  function finish(status: number, text: string): void {
    if (forget() && done) done(status, text);
  }

  function changed(): void {
    if (!request || request.readyState < 3) return;
    // MSXML throws for both at readyState 3, and shows 12002 to 12152 (WinINet's errors) for what was no answer.
    let status = 0;
    let text = '';
    const complete = request.readyState === 4;
    try {
      status = request.status > 599 ? 0 : request.status;
      text = request.responseText;
    } catch (_) {
      // as above
    }
    if (complete) finish(status, text);
    else if (status === 200 && text && progress) progress(text);
  }

  try {
    // Opera 11 and some proxies' scripts throw here and not at `send`, so both are guarded.
    const opened = request as XMLHttpRequest;
    opened.open('POST', address, true);
    // After `open`: IE10 throws before it. Cookies go along as they do with a native handshake.
    if (options.crossOrigin) opened.withCredentials = true;
    if (typeof body === 'string') opened.setRequestHeader('Content-Type', 'text/plain;charset=UTF-8');
    if (options.header) opened.setRequestHeader('X-Fallback', options.header);
    if (options.asOctets && opened.overrideMimeType)
      opened.overrideMimeType('text/plain;charset=x-user-defined');
    opened.onreadystatechange = changed;
    opened.send(body);
  } catch (_) {
    platform.page.setTimeout(() => finish(0, ''), 0);
  }

  return {
    abort: () => {
      const abandoned = forget();
      try {
        if (abandoned) abandoned.abort();
      } catch (_) {
        // MSXML throws for a request that was never sent
      }
    }
  };
}
