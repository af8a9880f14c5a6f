import type { XMLHttpRequest } from '../../browser.d.ts';
import { newRequest, type Platform } from './platform.ts';

/** A request that is on its way. */
export interface Request {
  /** Forgets it; nothing is told any more. */
  abort(): void;
}

/** Who is told how a request goes. */
export interface RequestEvents {
  /** The text so far, where the engine shows it early. */
  progress(text: string): void;
  /** The answer is complete or cut, which cannot be told apart here. Status 0: there was none. */
  done(status: number, text: string): void;
}

export interface RequestOptions {
  crossOrigin: boolean;
  /** `X-Fallback` (PROTOCOL.md §3.1). */
  header?: string;
  /** Read the answer as octets; see `readBytes`. */
  octets?: boolean;
}

const IGNORE = (): void => {};

/** Posts a body. Nothing is told before it returned. */
export function post(
  platform: Platform,
  address: string,
  body: string | ArrayBuffer,
  options: RequestOptions,
  events: RequestEvents
): Request {
  let request = newRequest(platform);

  function finish(): void {
    if (!request) return;
    // MSXML takes a function only, never null.
    request.onreadystatechange = IGNORE;
    request = undefined;
  }

  function changed(): void {
    if (!request || request.readyState < 3) return;
    const complete = request.readyState === 4;
    const status = statusOf(request);
    const text = textOf(request);
    if (!complete) {
      if (status === 200 && text) events.progress(text);
      return;
    }
    finish();
    events.done(status, text);
  }

  function refused(): void {
    if (!request) return;
    finish();
    events.done(0, '');
  }

  try {
    // Opera 11 and some proxies' scripts throw here and not at `send`, so both are guarded.
    const opened = request as XMLHttpRequest;
    opened.open('POST', address, true);
    // After `open`: IE10 throws before it. Cookies go along as they do with a native handshake.
    if (options.crossOrigin) opened.withCredentials = true;
    if (typeof body === 'string') opened.setRequestHeader('Content-Type', 'text/plain;charset=UTF-8');
    if (options.header) opened.setRequestHeader('X-Fallback', options.header);
    if (options.octets) opened.overrideMimeType?.('text/plain;charset=x-user-defined');
    opened.onreadystatechange = changed;
    opened.send(body);
  } catch (_) {
    platform.page.setTimeout(refused, 0);
  }

  return {
    abort: () => {
      const abandoned = request;
      finish();
      try {
        abandoned?.abort();
      } catch (_) {
        // MSXML throws for a request that was never sent
      }
    }
  };
}

/** MSXML throws at readyState 3, and shows 12002 to 12152 (WinINet's errors) for what was no answer. */
function statusOf(request: XMLHttpRequest): number {
  try {
    return request.status > 599 ? 0 : request.status;
  } catch (_) {
    return 0;
  }
}

function textOf(request: XMLHttpRequest): string {
  try {
    return request.responseText || '';
  } catch (_) {
    return '';
  }
}
