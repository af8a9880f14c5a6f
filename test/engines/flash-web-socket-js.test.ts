import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { type Pages, startFront } from '../support/servers/front.ts';
import { startProgram } from '../support/servers/gateway-program.ts';
import { webSocketJs } from './flash.ts';

const TEXTS = ['hello', '\u20ac and \ud83d\ude00', 'x'.repeat(70_000)];

/**
 * A page of 2012, for a browser without WebSocket. `opera`: web_socket.js then makes plain objects
 * of its message events, as it does in IE; its MessageEvents have no list of ports, which today's
 * engines do not take.
 */
const pages: Pages = {
  '/_test/swfobject.js': () => readFileSync(join(webSocketJs, 'swfobject.js'), 'utf8'),
  '/_test/web_socket.js': () => readFileSync(join(webSocketJs, 'web_socket.js'), 'utf8'),
  '/_test/WebSocketMain.swf': () => readFileSync(join(webSocketJs, 'WebSocketMain.swf')),
  '/_test/page.html': (
    query,
  ) => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>web-socket-js</title>
<script>
window.WebSocket = undefined;
window.opera = {};
WEB_SOCKET_SWF_LOCATION = '/_test/WebSocketMain.swf';
</script>
<script src="/_test/test-page.js"></script>
<script src="/_test/swfobject.js"></script>
<script src="/_test/web_socket.js"></script>
<script>
var texts = ${JSON.stringify(TEXTS)};
var heard = [];
var socket = new WebSocket('ws://' + location.host + '${query.get('path')}', 'chat');
socket.onopen = function () {
  heard.push('open ' + socket.protocol);
  for (var i = 0; i < texts.length; i += 1) socket.send(texts[i]);
};
socket.onmessage = function (event) {
  heard.push(event.data);
  if (heard.length > texts.length) socket.close();
};
socket.onclose = function () {
  heard.push('close');
  testPage.report(JSON.stringify(heard));
};
</script></head><body></body></html>`,
};

describe('an unchanged page of web-socket-js, in Chromium with Ruffle', () => {
  let upstream: Upstream;
  let gateway: Awaited<ReturnType<typeof startProgram>>;

  before(async function () {
    requireOrSkip(this, 'flash');
    upstream = await startConformanceUpstream();
    const route = `/upstream=ws://127.0.0.1:${upstream.port}`;
    gateway = await startProgram([
      ...['--route', route, '--route', '/echo=echo:'],
      ...['--policy-port', '0', '--log-level', 'silent'],
    ]);
  });
  after(async () => {
    await gateway?.close();
    await upstream?.close();
  });

  for (const path of ['/echo', '/upstream']) {
    it(`holds a conversation with ${path}`, async function () {
      this.timeout(120_000);
      const front = await startFront(gateway.port, pages);
      try {
        const report = await reportFrom({ engine: 'flash', front, query: { path }, seconds: 90 });
        const [opened, ...rest] = JSON.parse(report) as string[];
        assert.match(String(opened), /^open/);
        assert.deepEqual(rest, [...TEXTS, 'close']);
      } finally {
        await front.close();
      }
    });
  }
});
