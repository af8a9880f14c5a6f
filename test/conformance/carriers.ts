import type { RealmOptions } from '../support/browser/realm.ts';

/** A transport, and a stand-in browser for it. */
export interface CarrierUnderTest {
  readonly name: string;
  /** The page's name for it. */
  readonly transport: string;
  readonly browser: Partial<RealmOptions>;
  /** Why it goes to the page's own origin only. */
  readonly sameOrigin?: string;
}

/** What Internet Explorer up to 9 does not have. */
const OLD_IE: Partial<RealmOptions> = {
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
    ...['Event', 'MessageEvent', 'CloseEvent', 'DOMException', 'TextEncoder', 'TextDecoder', 'crypto'],
    ...['performance', 'localStorage', 'sessionStorage', 'origin', 'MessageChannel'],
  ],
};

const SCRIPTED =
  'its scripts may call pages of their own origin only; others have the bridge, in engines that have frames';

/**
 * Ways to carry a WebSocket, and the browser in which there is no other. Every suite that goes over
 * all of them takes them from here.
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
    browser: OLD_IE,
    sameOrigin: 'MSXML does',
  },
  {
    name: 'a document without end in a frame',
    transport: 'iframe-htmlfile',
    browser: { without: ['WebSocket', 'EventSource'] },
    sameOrigin: SCRIPTED,
  },
  {
    name: 'a document without end in a frame of an old Internet Explorer',
    transport: 'iframe-htmlfile',
    browser: OLD_IE,
    sameOrigin: SCRIPTED,
  },
  {
    name: 'an ActiveX document without end',
    transport: 'htmlfile',
    browser: { ...OLD_IE, htmlfile: true },
    sameOrigin: SCRIPTED,
  },
  {
    name: 'XDR streaming in Internet Explorer 8',
    transport: 'xdr-streaming',
    browser: { ...OLD_IE, xdr: true },
  },
  {
    name: 'XDR polling in Internet Explorer 8',
    transport: 'xdr-polling',
    browser: { ...OLD_IE, xdr: true },
  },
  {
    name: 'JSONP',
    transport: 'jsonp-polling',
    browser: { without: ['WebSocket', 'EventSource'] },
    sameOrigin: 'a script tag of another site is refused where the browser says so (PROTOCOL.md §3.1)',
  },
  { name: 'JSONP in an old Internet Explorer', transport: 'jsonp-polling', browser: OLD_IE },
];
