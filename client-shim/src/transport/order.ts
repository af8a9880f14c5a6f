import { indexOf } from '../lang/list.ts';
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

/** Carriers of a fallback session by the page's names for them. */
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
 * Names in the order of preference, best first; a page may give its own. EventSource comes before XHR streaming because Chromium
 * tells of a growing response at most every 50 ms (measured: 51 ms a round trip against 3 ms), and because events are freed.
 */
const DEFAULT_ORDER: string[] = [
  'websocket',
  'eventsource',
  'xhr-streaming',
  'htmlfile',
  'iframe-htmlfile',
  'xdr-streaming',
  'xhr-polling',
  'xdr-polling',
  'jsonp-polling'
];

/** Engines that stream by XMLHttpRequest have no need of a frame, for which their page is shown as loading all the time. */
export function defaultOrder(platform: Platform): string[] {
  const order = DEFAULT_ORDER.slice(0);
  if (hasLevel2(platform)) order.splice(indexOf(order, iframeHtmlfile.name), 1);
  return order;
}
