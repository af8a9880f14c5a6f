import { remove } from '../lang/list.ts';
import { createAlarm } from '../transport/alarm.ts';
import { isNarrow, type Platform } from '../transport/platform.ts';
import type { Request, SendRequest } from '../transport/requester.ts';

/**
 * Makes the requests of a page that are no downstreams. Some engines have two connections to a
 * host, and the downstream holds one of them: there, each request waits for the one before it.
 */
export function createRequestQueue(platform: Platform): SendRequest {
  /** The request under way, then the waiting ones. */
  const queue: (() => void)[] = [];
  let narrow: boolean | undefined;

  return (requester, address, body, options, timeout, done) => {
    let request: Request | undefined;
    const late = createAlarm(platform, () => {
      abort();
      done(0, '');
    });

    function start(): void {
      late._set(timeout);
      request = requester._post(platform, address, body, options, (status, text) => {
        finish();
        done(status, text);
      });
    }

    function finish(): void {
      late._clear();
      if (!remove(queue, start) && queue[0]) queue[0]();
    }

    function abort(): void {
      if (request) request._abort();
      finish();
    }

    if (narrow === undefined) narrow = isNarrow(platform);
    if (!narrow || queue.push(start) < 2) start();
    return { _abort: abort };
  };
}
