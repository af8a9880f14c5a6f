import assert from 'node:assert/strict';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type EngineName, run } from './engine.ts';

/** Goes step by step as its messages come back, and leaves at the last. */
const page = (query: URLSearchParams): string => `<!DOCTYPE html><html><head><title>page</title></head><body>
<a id="script" href="javascript:void(window.clicked = true)">script</a>
<a id="mail" href="mailto:nobody@example.invalid">mail</a>
<script src="/shim/websocket.min.js" data-transports="${query.get('transport')}"></script>
<script>
window.onload = function () {
  var links = ${query.has('links')};
  var socket = new WebSocket('ws://' + location.host + '/room');
  function later(text) {
    setTimeout(function () { socket.send(text); }, 100);
  }
  socket.onopen = function () { socket.send('open'); };
  socket.onmessage = function (event) {
    if (event.data === 'open') {
      if (links) document.getElementById('script').click();
      later('script link');
    } else if (event.data === 'script link') {
      // HtmlUnit knows no mail, and throws what no script can catch.
      if (links) setTimeout(function () { document.getElementById('mail').click(); }, 0);
      later('mail link, clicked ' + !!window.clicked);
    } else location.href = '/_test/other.html';
  };
};
</script></body></html>`;

/**
 * HtmlUnit as IE: `unload` by attachEvent, and `beforeunload` at links that do not leave. WebKit
 * before sendBeacon: requests of a page that is left are dropped.
 */
const runs: readonly (readonly [engine: EngineName, transport: string])[] = [
  ['htmlunit-ie6', 'xhr-polling'],
  ['htmlunit-ie7', 'jsonp-polling'],
  ['htmlunit-ie8', 'xhr-polling'],
  ['htmlunit-ie9', 'jsonp-polling'],
  ['phantomjs-1.9', 'jsonp-polling'],
  ['phantomjs-2.1', 'xhr-streaming'],
  ['phantomjs-2.1', 'jsonp-polling'],
  ['qtwebkit', 'eventsource'],
  ['khtml', 'xhr-polling'],
  ['qtwebengine-5.7', 'eventsource'],
  ['qtwebengine-5.12', 'xhr-polling'],
  ['qtwebengine-5.15', 'jsonp-polling'],
  ['cef-57', 'xhr-streaming'],
  ['cef-66', 'xhr-polling'],
  ['javafx-14', 'xhr-polling'],
];

describe('a page that goes is gone from the gateway long before its session runs out, in', function () {
  this.timeout(90_000);

  for (const [engine, transport] of runs) {
    const links = engine.startsWith('htmlunit');
    it(`${engine}, over ${transport}${links ? '; script and mail links end nothing' : ''}`, async function () {
      requireOrSkip(this, engine);
      const heard: string[] = [];
      let closed: number | undefined;
      // Of two minutes, by default.
      const gateway = await startGateway({}, (made) =>
        made.route('/room', (socket) => {
          socket.on('message', (data, binary) => {
            heard.push(String(data));
            socket.send(data, { binary });
          });
          socket.on('close', (code) => {
            closed = code;
          });
        }),
      );
      const front = await startFront(gateway.port, {
        '/_test/page.html': page,
        // Looks again until the gateway has noticed.
        '/_test/other.html':
          () => `<html><head><title>${closed === undefined ? 'other' : 'done'}</title></head>
<body><script>setTimeout(function () { location.href = '/_test/other.html?' + Math.random(); }, 300);</script></body></html>`,
      });
      try {
        const query = new URLSearchParams({ transport, ...(links && { links: '' }) });
        const { done, output } = await run(
          engine,
          `http://127.0.0.1:${front.port}/_test/page.html?${query}`,
          {
            seconds: 60,
          },
        );
        assert.deepEqual(heard, ['open', 'script link', `mail link, clicked ${links}`]);
        assert.ok(done, `the gateway did not notice; the engine said: ${output}`);
        assert.equal(closed, 1001);
      } finally {
        await front.close();
        await gateway.close();
      }
    });
  }
});
