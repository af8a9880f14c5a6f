import { callbackOf, scriptString } from './callback.ts';
import type { DownForm } from './form.ts';
import { merged, uncached } from './headers.ts';
import { Poll } from './poll.ts';

const HEADERS = uncached('application/javascript');

/** Long polling by script tags: one call with one frame. The comment keeps it from being read as anything else (CVE-2014-4671, "Rosetta Flash"). */
export const jsonp: DownForm = {
  action: 'jsonp',
  method: 'GET',
  isCallback: true,
  direction: 'down',
  receive: ({ exchange, headers }) => {
    const callback = callbackOf(exchange.query);
    return new Poll((frame) =>
      exchange.reply(200, merged(HEADERS, headers), `/**/${callback}(${scriptString(frame)});\r\n`),
    );
  },
};
