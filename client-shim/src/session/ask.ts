import { indexOf } from '../lang/list.ts';
import { createAlarm } from '../transport/alarm.ts';
import { isNarrow, type Platform } from '../transport/platform.ts';
import type { Ask, Request } from '../transport/request.ts';

/**
 * How a page makes the requests that are no downstreams. In engines with two connections to a host, of which the downstream has one, each of them waits
 * for the one before it.
 */
export function createAsk(platform: Platform): Ask {
  /** The one under way, and those that wait. */
  const line: (() => void)[] = [];
  let narrow: boolean | undefined;

  return (way, address, body, options, patience, done) => {
    let request: Request | undefined;
    const late = createAlarm(platform, () => {
      abort();
      done(0, '');
    });

    function go(): void {
      late.set(patience);
      request = way.post(platform, address, body, options, (status, text) => {
        end();
        done(status, text);
      });
    }

    function end(): void {
      late.clear();
      const at = indexOf(line, go);
      if (at < 0) return;
      line.splice(at, 1);
      if (!at && line[0]) line[0]();
    }

    function abort(): void {
      if (request) request.abort();
      end();
    }

    if (narrow === undefined) narrow = isNarrow(platform);
    if (!narrow || line.push(go) < 2) go();
    return { abort: abort };
  };
}
