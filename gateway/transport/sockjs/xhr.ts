import type { DownForm } from './form.ts';
import { merged, uncached } from './headers.ts';
import { Poll } from './poll.ts';

const HEADERS = uncached('application/javascript');

/** Long polling: a line with one frame (SockJS 0.3.3, "XhrPolling"). */
export const xhr: DownForm = {
  action: 'xhr',
  method: 'POST',
  isCallback: false,
  preflight: 'OPTIONS, POST',
  direction: 'down',
  receive: ({ exchange, headers }) =>
    new Poll((frame) => exchange.reply(200, merged(HEADERS, headers), `${frame}\n`)),
};
