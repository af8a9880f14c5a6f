import type { Page } from 'playwright-core';

/** Actions of PROTOCOL.md §1 that are no transport. */
const WITHOUT_DOWNSTREAM: readonly string[] = ['create', 'send', 'bridge', 'websocket'];

/** The transports that a page has used, by its requests. */
export function usedTransports(page: Page): ReadonlySet<string> {
  const used = new Set<string>();
  page.on('request', (request) => {
    const action = /\/_fallback\/v1\/(?:[^/?]+\/)?([^/?]+)/.exec(request.url())?.[1];
    if (action !== undefined && !WITHOUT_DOWNSTREAM.includes(action)) used.add(action);
  });
  page.on('websocket', (socket) => {
    if (/\/_fallback\/v1\//.test(socket.url())) used.add('websocket-session');
    else used.add('websocket');
  });
  return used;
}
