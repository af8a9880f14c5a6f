import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { UNSAFE_FOR_CLIENTS, UNSAFE_FOR_SERVERS } from '../conformance/sockjs/unsafe.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { type Front, type Pages, startFront } from '../support/servers/front.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import type { EngineName } from './engine.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const library = read('../../node_modules/sockjs-client/dist/sockjs.min.js');
const runner = read('sockjs/page.js');

/**
 * Every unsafe code point, in parts that show which is lost, and what has a meaning in some
 * carrier.
 */
const unsafe = [...UNSAFE_FOR_SERVERS, ...UNSAFE_FOR_CLIENTS];
const parts = ['', ' ', '%41', '</script>', '"\\', '😀', '\u0000'];
for (let at = 0; at < unsafe.length; at += 16) parts.push(String.fromCharCode(...unsafe.slice(at, at + 16)));
const texts = Array.from({ length: 1000 }, (_, at) => `${at}${parts[at % parts.length]}`);

/** The script is of ASCII: what the page has is what was meant. */
const textsScript = `var texts = ${JSON.stringify(texts).replace(
  /[^ -~]/g,
  (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
)};`;

const pages: Pages = {
  '/_test/sockjs.js': (query) => library.replace('"1.6.1"', `"${query.get('version')}"`),
  '/_test/texts.js': () => textsScript,
  '/_test/page.js': () => runner,
  '/_test/page.html': (
    query,
  ) => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>SockJS</title></head><body>
<script>
// As the page of the htmlfile transport does: in most engines one without the other is another
// origin.
document.domain = document.domain;
</script>
<script src="/_test/sockjs.js?version=${query.get('version')}"></script>
<script src="/_test/test-page.js"></script>
<script src="/_test/texts.js"></script>
<script src="/_test/page.js"></script>
</body></html>`,
};

const cases = {
  echo: 'has 1,000 messages with every unsafe code point echoed',
  mebibyte: 'carries 1 MiB',
  close: 'tells the server’s close, with code and reason',
};

interface Run {
  readonly engine: EngineName;
  /** What sockjs-client has there. */
  readonly transports: readonly string[];
  /** The page is of another origin than the gateway. */
  readonly crossOrigin?: true;
  /** What the page's client calls itself; absent: 1.6.1, which it is. */
  readonly version?: string;
}

const ANYWHERE = [
  'websocket',
  'xhr-streaming',
  'xhr-polling',
  'jsonp-polling',
  'iframe-eventsource',
  'iframe-htmlfile',
  'iframe-xhr-polling',
];
const OWN = [...ANYWHERE, 'eventsource', 'htmlfile'];
const FRAMED = ['iframe-eventsource', 'iframe-htmlfile', 'iframe-xhr-polling'];

const runs: readonly Run[] = [
  { engine: 'chromium', transports: OWN },
  { engine: 'chromium', transports: [...ANYWHERE, 'eventsource'], crossOrigin: true },
  { engine: 'firefox', transports: OWN },
  { engine: 'firefox', transports: [...ANYWHERE, 'eventsource'], crossOrigin: true },
  { engine: 'qtwebengine-5.7', transports: OWN },
  { engine: 'qtwebengine-5.7', transports: [...ANYWHERE, 'eventsource'], crossOrigin: true },
  { engine: 'cef-66', transports: OWN },
  // Its WebSocket is that of hixie-76.
  { engine: 'phantomjs-1.9', transports: OWN },
  // Its EventSource is for the page's own origin only.
  { engine: 'phantomjs-1.9', transports: ANYWHERE, crossOrigin: true },
  // As Spring's pages name it: the client in the frame serves no other version than its own, unless
  // the page names one.
  { engine: 'chromium', transports: FRAMED, crossOrigin: true, version: '1.0.3' },
  { engine: 'phantomjs-1.9', transports: FRAMED, crossOrigin: true, version: '1.0.3' },
  // It has no cross-origin requests, and sockjs-client passes its frames over.
  { engine: 'khtml', transports: ['xhr-polling', 'jsonp-polling'] },
];

/** sockjs-client as npm has it and the shipped gateway, in real engines. */
describe('sockjs-client 1.6.1 in', () => {
  let sockets: WebSocketServer;
  let gateway: GatewayProgram;
  /** Has pages of the gateway's own origin. */
  let own: Front;
  /** Has pages, and no gateway behind it. */
  let other: Front;

  before(async () => {
    sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    sockets.on('connection', (socket) => {
      socket.on('message', (data) => {
        const text = data.toString();
        if (text === 'close') socket.close(4003, 'kicked');
        else socket.send(text);
      });
    });
    await once(sockets, 'listening');
    other = await startFront(0, pages);
    const { port } = sockets.address() as AddressInfo;
    const route = `/upstream=ws://127.0.0.1:${port}`;
    const origin = `http://localhost:${other.port}`;
    gateway = await startProgram(['--route', route, '--jsonp', '--origin', origin, '--log-level', 'silent']);
    own = await startFront(gateway.port, pages);
  });
  after(async () => {
    await own.close();
    await gateway.close();
    await other.close();
    sockets.close();
  });

  for (const { engine, transports, crossOrigin = false, version = '1.6.1' } of runs) {
    const called = version === '1.6.1' ? '' : `, called ${version}`;
    describe(`${engine}, on a page of ${crossOrigin ? 'another' : 'the same'} origin${called}`, () => {
      const results = new Map<string, string>();

      before(async function () {
        this.timeout(270_000);
        requireOrSkip(this, engine);
        const [front, host] = crossOrigin ? [other, 'localhost'] : [own, '127.0.0.1'];
        const id = `${engine}-${host}-${version}`;
        const query = {
          ...{ id, version },
          url: crossOrigin ? `http://127.0.0.1:${gateway.port}/upstream` : '/upstream',
          transports: transports.join(),
          millis: '40000',
        };
        const report = await reportFrom({ engine, front, host, query, seconds: 240 });
        for (const line of report.split('\n')) {
          const [transport, name, problem = ''] = line.split('\t');
          results.set(`${transport} ${name}`, problem);
        }
      });

      for (const transport of transports) {
        for (const [name, title] of Object.entries(cases)) {
          it(`over ${transport} ${title}`, () => {
            assert.equal(results.get(`${transport} ${name}`) ?? 'no result', '');
          });
        }
      }
    });
  }
});
