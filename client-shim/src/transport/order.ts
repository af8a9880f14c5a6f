import type { CarrierKind } from './carrier.ts';
import { eventSource } from './eventsource.ts';
import { htmlfile } from './htmlfile.ts';
import { iframeHtmlfile } from './iframe-htmlfile.ts';
import { jsonpPolling } from './jsonp-polling.ts';
import { hasLevel2, type Platform } from './platform.ts';
import { websocketSession } from './websocket-session.ts';
import { xdrPolling } from './xdr-polling.ts';
import { xdrStreaming } from './xdr-streaming.ts';
import { xhrPolling } from './xhr-polling.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** The carriers of a fallback session, best first except for `websocket-session`. */
export const CARRIERS: CarrierKind[] = [
  websocketSession,
  eventSource,
  xhrStreaming,
  htmlfile,
  iframeHtmlfile,
  xdrStreaming,
  xhrPolling,
  xdrPolling,
  jsonpPolling
];

/**
 * The default order of transports by name, best first. A page may set its own order. EventSource
 * comes before XHR streaming because a response is looked at every 4 ms in Chromium and Firefox
 * (xhr-requester.ts), and because the engine frees events.
 *
 * Engines that stream by XMLHttpRequest do not need `iframe-htmlfile`, which shows the page as
 * loading all the time. `websocket-session` is only for pages that request it.
 */
export function defaultOrder(platform: Platform): string[] {
  const order = ['websocket'];
  for (let i = 1; i < CARRIERS.length; i += 1) {
    const kind = CARRIERS[i] as CarrierKind;
    if (kind !== iframeHtmlfile || !hasLevel2(platform)) order.push(kind.name);
  }
  return order;
}
