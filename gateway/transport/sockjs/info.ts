import { randomInt } from 'node:crypto';
import { uncached } from './headers.ts';

export const INFO_HEADERS = uncached('application/json');

/**
 * A client's first request: it learns what is offered, measures the distance, and gets a random
 * number for engines that make no good ones (SockJS 0.3.3, "Info test").
 */
export function encodeInfo(websocket: boolean, cookieNeeded: boolean): string {
  return JSON.stringify({
    websocket,
    // No client reads it. Each origin learns from the answer to its own request whether it may
    // connect.
    origins: ['*:*'],
    cookie_needed: cookieNeeded,
    entropy: randomInt(2 ** 32),
  });
}
