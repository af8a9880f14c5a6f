import { eventSource } from './eventsource.ts';
import { htmlfile, iframeHtmlfile } from './htmlfile.ts';
import { send } from './send.ts';
import type { Transport } from './transport.ts';
import { jsonpPolling, xdrPolling, xhrPolling } from './xhr-polling.ts';
import { xdrStreaming, xhrStreaming } from './xhr-streaming.ts';

const down: readonly Transport[] = [
  xhrStreaming,
  eventSource,
  htmlfile,
  iframeHtmlfile,
  xdrStreaming,
  xhrPolling,
  xdrPolling,
  jsonpPolling,
];

/** Every wire form that is carried by plain requests. */
export const TRANSPORTS: ReadonlyMap<string, Transport> = new Map(
  [send, ...down].map((transport) => [transport.action, transport]),
);

/**
 * Names of the carriers that a route offers, for the answer to `create`. The WebSocket comes by
 * Upgrade and is no plain request.
 */
export function carriersOf(jsonp: boolean): string {
  const carriers = down.filter((transport) => jsonp || transport !== jsonpPolling);
  return [
    'websocket',
    ...carriers.map(({ action }) => action),
    // Not a carrier: it means that all but the WebSocket may be shared (PROTOCOL.md §10).
    'shared',
    // Nor is this: it means that a poll may ask not to be held (PROTOCOL.md §6.6).
    'rest',
  ].join(',');
}
