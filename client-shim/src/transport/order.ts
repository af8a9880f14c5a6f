import type { CarrierKind } from './carrier.ts';
import { eventSource } from './eventsource.ts';
import { websocketSession } from './websocket-session.ts';
import { xhrPolling } from './xhr-polling.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** Carriers of a fallback session by the page's names for them. */
export const CARRIERS: CarrierKind[] = [websocketSession, eventSource, xhrStreaming, xhrPolling];

/**
 * Names in the order of preference, best first; a page may give its own. EventSource comes before XHR streaming because Chromium
 * tells of a growing response at most every 50 ms (measured: 51 ms a round trip against 3 ms), and because events are freed.
 */
export const DEFAULT_ORDER: string[] = ['websocket', 'eventsource', 'xhr-streaming', 'xhr-polling'];
