import { indexOf } from '../lang/list.ts';
import type { Request, Way } from './request.ts';

/**
 * A way in which one request waits for the one before it, of all that stand in the same line: for engines with two connections to a host, of which the
 * downstream has one. Those whose answer nobody waits for go at once.
 */
export function inTurn(line: (() => void)[], way: Way): Way {
  return {
    works: way.works,
    room: way.room,
    post: (platform, address, body, options, done) => {
      let request: Request | undefined;

      function go(): void {
        request = way.post(platform, address, body, options, (status, text) => {
          leave();
          (done as NonNullable<typeof done>)(status, text);
        });
      }

      function leave(): void {
        const at = indexOf(line, go);
        if (at < 0) return;
        line.splice(at, 1);
        if (!at && line[0]) line[0]();
      }

      if (!done) return way.post(platform, address, body, options);
      if (line.push(go) < 2) go();
      return {
        abort: () => {
          if (request) request.abort();
          leave();
        }
      };
    }
  };
}
