import type { RealmOptions } from '../support/browser/realm.ts';

/** A transport, and a stand-in browser for it. */
export interface CarrierUnderTest {
  readonly name: string;
  /** The page's name for it. */
  readonly transport: string;
  readonly browser: Partial<RealmOptions>;
}

/**
 * Ways to carry a WebSocket, and the browser in which there is no other. Every suite that goes over all of them takes them from here.
 */
export const carriers: readonly CarrierUnderTest[] = [
  { name: 'the plain WebSocket', transport: 'websocket', browser: {} },
  { name: 'a session over WebSocket', transport: 'websocket-session', browser: {} },
  { name: 'XHR streaming', transport: 'xhr-streaming', browser: { without: ['WebSocket', 'EventSource'] } },
  { name: 'EventSource', transport: 'eventsource', browser: { without: ['WebSocket'] } },
  { name: 'XHR polling', transport: 'xhr-polling', browser: { without: ['WebSocket', 'EventSource'] } },
  {
    name: 'XHR polling in an old Internet Explorer',
    transport: 'xhr-polling',
    browser: {
      ie: true,
      xhr: 'msxml',
      without: [
        ...[
          'WebSocket',
          'EventSource',
          'ArrayBuffer',
          'Uint8Array',
          'DataView',
          'Blob',
          'FileReader',
          'URL',
          'JSON',
        ],
        ...[
          'Event',
          'MessageEvent',
          'CloseEvent',
          'DOMException',
          'TextEncoder',
          'TextDecoder',
          'crypto',
          'performance',
        ],
        ...['localStorage', 'sessionStorage', 'origin'],
      ],
    },
  },
];
