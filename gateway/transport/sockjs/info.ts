import { randomInt } from 'node:crypto';
import { uncached } from './headers.ts';

export const INFO_HEADERS = uncached('application/json');

/** What a client asks first: what there is, how far away it is, and a random number for engines that have no good ones (SockJS 0.3.3, "Info test"). */
export function encodeInfo(websocket: boolean, cookieNeeded: boolean): string {
  return JSON.stringify({
    websocket,
    // Not looked at by any client; who may connect is told to each by its own answer.
    origins: ['*:*'],
    cookie_needed: cookieNeeded,
    entropy: randomInt(2 ** 32),
  });
}
