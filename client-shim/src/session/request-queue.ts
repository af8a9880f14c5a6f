import { indexOf } from '../lang/list.ts';
import { createAlarm } from '../transport/alarm.ts';
import { isNarrow, type Platform } from '../transport/platform.ts';
import type { Request, SendRequest } from '../transport/requester.ts';

/**
 * How a page makes the requests that are no downstreams. In engines with two connections to a host, of which the downstream has one, each of them waits
 * for the one before it.
 */
export function createRequestQueue(platform: Platform): SendRequest {
  /** The one under way, and those that wait. */
  const context: (() => void)[] = [];
  let narrow: boolean | undefined;

  return (requester, address, body, options, timeout, done) => {
    let request: Request | undefined;
    const late = createAlarm(platform, () => {
      abort();
      done(0, '');
    });

    function go(): void {
      late._set(timeout);
      request = requester._post(platform, address, body, options, (status, text) => {
        end();
        done(status, text);
      });
    }

    function end(): void {
      late._clear();
      const at = indexOf(context, go);
      if (at < 0) return;
      context.splice(at, 1);
      if (!at && context[0]) context[0]();
    }

    function abort(): void {
      if (request) request._abort();
      end();
    }

    if (narrow === undefined) narrow = isNarrow(platform);
    if (!narrow || context.push(go) < 2) go();
    return { _abort: abort };
  };
}
