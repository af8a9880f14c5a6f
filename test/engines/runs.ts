import type { EngineName } from './engine.ts';

/**
 * The transport that the shim comes to rest on if it may choose, and why that is no real WebSocket.
 */
type Picks =
  | { readonly picks: 'websocket' }
  | { readonly picks: 'eventsource' | 'iframe-htmlfile' | 'xhr-polling'; readonly because: string };

/** What an engine is tested with. */
export type EngineRuns = Picks & EngineRun;

interface EngineRun {
  readonly engine: EngineName;
  /** The browsers that it stands for. */
  readonly standsFor: string;
  /** Transports that work in it for a page of the gateway's own origin. */
  readonly transports: readonly string[];
  /** Transports whose interfaces it has, but which do not work in it, and why. */
  readonly useless?: Readonly<Record<string, string>>;
  /** Transports that have the whole suite from another origin, too. */
  readonly crossOrigin?: readonly string[];
  /** Cases that it cannot pass over a transport, and why. */
  readonly except?: (transport: string) => Readonly<Record<string, string>>;
}

const SOCKETS = ['websocket', 'websocket-session'];
const STREAMS = ['eventsource', 'xhr-streaming', 'iframe-htmlfile'];
const POLLS = ['xhr-polling', 'jsonp-polling'];
const ALL = [...SOCKETS, ...STREAMS, ...POLLS];

const WITH_CLOSE = [
  'goes through its states',
  'counts what is sent after the close, and never less',
  'delivers everything that was sent before close()',
  'closes with a code and a reason that the server sees',
  'closes with 1000 and a reason of 123 bytes',
  'closes without a code: both sides see 1005',
  'drops what comes after close()',
  'takes a second close() as nothing',
  "shows the code and the reason of the server's close",
  "shows a server's close that comes at once",
  "shows a server's close without a code as 1005",
  'shows what the server sent before its close',
];
const BINARY = 'carries 1 MiB of binary data';

function overWebSocket(except: Readonly<Record<string, string>>) {
  return (transport: string) => (transport === 'websocket' ? except : {});
}

const NO_WEBSOCKET = 'it has no WebSocket, as that IE had none';

/** JScript before 5.9 has no accessors. */
const PLAIN_FIELD = { 'ignores a binaryType that it does not know': 'it is a plain field there' };

/** Without forms the address is all there is: 150 characters or so a request. */
const TOO_LONG = {
  'carries 1 MiB of text': 'thousands of requests',
  [BINARY]: 'thousands of requests',
  'carries every character of the basic plane': 'thousands of requests',
};

function internetExplorer(engine: EngineName, standsFor: string, because: string, fields = {}): EngineRuns {
  return {
    engine,
    standsFor,
    transports: POLLS,
    useless: { 'iframe-htmlfile': 'its document here has no frames' },
    picks: 'xhr-polling',
    because,
    except: (transport) => ({ ...fields, ...(transport === 'jsonp-polling' && TOO_LONG) }),
  };
}

/** HtmlUnit: a document of IE's, in another dialect. */
function internetExplorerDocument(engine: EngineName, standsFor: string): EngineRuns {
  return {
    engine,
    standsFor,
    transports: POLLS,
    useless: { 'iframe-htmlfile': 'HtmlUnit parses a page when its whole body is there' },
    crossOrigin: ['jsonp-polling'],
    picks: 'xhr-polling',
    because: NO_WEBSOCKET,
  };
}

/** JavaFX: its own WebSocket is incomplete. */
const WITHOUT_CLOSE = overWebSocket({
  ...Object.fromEntries(
    WITH_CLOSE.map((name) => [
      name,
      'its own WebSocket tells of the end of a connection, but not of a Close',
    ]),
  ),
  'fails with 1006 and never opens when the handshake is refused':
    'its own WebSocket stays CONNECTING, as it does without the shim',
});

/**
 * Every engine with a window. To test one over another transport is to name it here; a test says
 * when the shim has one that is not named.
 */
export const RUNS: readonly EngineRuns[] = [
  {
    engine: 'chromium',
    standsFor: "today's Chrome, Edge, Opera",
    transports: ALL,
    crossOrigin: ['iframe-htmlfile'],
    picks: 'websocket',
  },
  { engine: 'chromium-92', standsFor: 'Chrome of 2021', transports: ALL, picks: 'websocket' },
  { engine: 'chromium-64', standsFor: 'Chrome of 2018', transports: ALL, picks: 'websocket' },
  {
    engine: 'qtwebengine-5.7',
    standsFor: 'Chrome 49, the last for Windows XP and Vista',
    transports: ALL,
    crossOrigin: ['iframe-htmlfile'],
    picks: 'websocket',
  },
  { engine: 'qtwebengine-5.8', standsFor: 'Chrome 53', transports: ALL, picks: 'websocket' },
  { engine: 'qtwebengine-5.9', standsFor: 'Chrome 56', transports: ALL, picks: 'websocket' },
  { engine: 'qtwebengine-5.10', standsFor: 'Chrome 61', transports: ALL, picks: 'websocket' },
  { engine: 'qtwebengine-5.11', standsFor: 'Chrome 65', transports: ALL, picks: 'websocket' },
  { engine: 'qtwebengine-5.12', standsFor: 'Chrome 69', transports: ALL, picks: 'websocket' },
  { engine: 'qtwebengine-5.13', standsFor: 'Chrome 73', transports: ALL, picks: 'websocket' },
  { engine: 'qtwebengine-5.14', standsFor: 'Chrome 77', transports: ALL, picks: 'websocket' },
  {
    engine: 'qtwebengine-5.15',
    standsFor: 'Chrome 83',
    transports: ALL,
    crossOrigin: ['iframe-htmlfile'],
    picks: 'websocket',
  },
  {
    engine: 'cef-57',
    standsFor: 'Chrome 57 in shells of tills and games',
    transports: ALL,
    crossOrigin: ['iframe-htmlfile'],
    picks: 'websocket',
  },
  {
    engine: 'cef-66',
    standsFor: 'Chrome 66 in shells of tills and games',
    transports: ALL,
    picks: 'websocket',
  },
  {
    engine: 'firefox',
    standsFor: "today's Firefox ESR",
    transports: ALL,
    crossOrigin: ['iframe-htmlfile'],
    picks: 'websocket',
  },
  {
    engine: 'webkitgtk',
    standsFor: "today's Safari",
    transports: ALL,
    picks: 'websocket',
  },
  {
    engine: 'javafx',
    standsFor: 'Safari 14 in Java programs, and whatever holds a body back to its end',
    transports: [...SOCKETS, ...POLLS],
    useless: {
      eventsource: 'bodies come in blocks of 40,960 bytes',
      'xhr-streaming': 'the same',
      'iframe-htmlfile': 'the same',
    },
    picks: 'websocket',
    except: WITHOUT_CLOSE,
  },
  {
    engine: 'javafx-14',
    standsFor: 'Safari 13 in Java programs',
    transports: [...SOCKETS, 'iframe-htmlfile', ...POLLS],
    useless: {
      eventsource: 'the Java machine goes down when a page ends a stream while data comes',
      'xhr-streaming': 'the same',
    },
    picks: 'websocket',
    except: WITHOUT_CLOSE,
  },
  {
    engine: 'qtwebkit',
    standsFor: 'Safari 10',
    transports: ALL,
    picks: 'websocket',
  },
  {
    engine: 'phantomjs-2.1',
    standsFor: 'Safari 7',
    transports: ALL,
    picks: 'websocket',
  },
  {
    engine: 'phantomjs-1.9',
    standsFor: 'Safari 5.1, Android 4',
    // The shim passes over its own WebSocket, which speaks hixie-76: hixie.test.ts.
    transports: [...STREAMS, ...POLLS],
    crossOrigin: ['iframe-htmlfile'],
    picks: 'eventsource',
    because: 'its own WebSocket is that of hixie-76, without binary and without close codes',
  },
  {
    engine: 'khtml',
    standsFor: 'Konqueror, and whatever has nothing but requests and frames',
    transports: ['iframe-htmlfile', ...POLLS],
    picks: 'iframe-htmlfile',
    because: 'it has no WebSocket',
    except: () => ({ [BINARY]: 'its base64 takes KJS 20 s and more' }),
  },
  {
    engine: 'edbrowse',
    standsFor: 'text browsers with a small document',
    transports: ['xhr-polling'],
    useless: {
      'xhr-streaming': 'a body is shown at its end',
      'iframe-htmlfile': 'a frame is shown at its end',
      'jsonp-polling': 'a form for a frame leaves the page',
    },
    picks: 'xhr-polling',
    because: 'it has no WebSocket',
    except: () => ({
      'carries emoji': 'its requests are no UTF-8 beyond U+FFFF, but surrogates in three bytes each',
      'carries what breaks parsers: separators, byte order marks, noncharacters': 'the same',
      'makes U+FFFD of lone surrogates': 'the same',
      'counts what is sent in bufferedAmount, at once and in UTF-8 bytes, and counts it down': 'the same',
    }),
  },
  internetExplorer('wine-jscript-ie6', 'IE 6: language and requests', NO_WEBSOCKET, PLAIN_FIELD),
  internetExplorer('wine-jscript-ie7', 'IE 7: language and requests', NO_WEBSOCKET, PLAIN_FIELD),
  internetExplorer('wine-jscript-ie8', 'IE 8: language and requests', NO_WEBSOCKET, PLAIN_FIELD),
  internetExplorer(
    'wine-jscript-ie9',
    'IE 9 and 10: language and requests',
    'it has no WebSocket; IE 9 had none, IE 10 has one',
  ),
  internetExplorer('wine-jscript-ie11', 'IE 11: language and requests', 'it has no WebSocket; IE 11 has one'),
  internetExplorerDocument('htmlunit-ie6', 'IE 6: document and forms'),
  internetExplorerDocument('htmlunit-ie7', 'IE 7: document and forms'),
  internetExplorerDocument('htmlunit-ie8', 'IE 8: document and forms'),
  internetExplorerDocument('htmlunit-ie9', 'IE 9: document and forms'),
];
