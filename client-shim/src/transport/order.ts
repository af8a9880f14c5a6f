import type { CarrierKind } from './carrier.ts';
import { eventSource } from './eventsource.ts';
import { websocketSession } from './websocket-session.ts';
import { xhrPolling } from './xhr-polling.ts';
import { xhrStreaming } from './xhr-streaming.ts';

/** Carriers of a fallback session by the page's names for them. */
export const CARRIERS: CarrierKind[] = [websocketSession, xhrStreaming, eventSource, xhrPolling];

/** Names in the order of preference, best first; a page may give its own. */
export const DEFAULT_ORDER: string[] = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];
