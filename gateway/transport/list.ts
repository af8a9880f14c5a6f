import { eventSource } from './eventsource.ts';
import { htmlfile, iframeHtmlfile } from './htmlfile.ts';
import { send } from './send.ts';
import type { Transport } from './transport.ts';
import { xhrPolling } from './xhr-polling.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** Every wire form that is carried by plain requests. */
export const TRANSPORTS: ReadonlyMap<string, Transport> = new Map(
  [send, xhrPolling, xhrStreaming, eventSource, htmlfile, iframeHtmlfile].map((transport) => [
    transport.action,
    transport,
  ]),
);

/** Names of the carriers that a route offers, as `create` tells them. The WebSocket one comes by Upgrade and is no plain request. */
export const CARRIERS = [
  'websocket',
  xhrStreaming.action,
  eventSource.action,
  htmlfile.action,
  iframeHtmlfile.action,
  xhrPolling.action,
  // No carrier: the others, but for the WebSocket, may be for several sessions (PROTOCOL.md §10).
  'shared',
].join(',');
