import assert from 'node:assert/strict';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { startConformanceUpstream, type Upstream } from '../support/servers/conformance-upstream.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';

/** What agents make of the page's WebSocket. Each counts what is sent. */
const AGENTS: Readonly<Record<string, string>> = {
  'a subclass with methods and private fields': `
window.WebSocket = class Agent extends WebSocket {
  #sent = 0;
  count() { this.#sent += 1; window.sent = (window.sent || 0) + 1; }
  send(data) { this.count(); super.send(data); }
};`,
  'a Proxy that constructs': `
window.WebSocket = new Proxy(WebSocket, { construct(Own, args) {
  const socket = new Own(...args);
  const { send } = socket;
  socket.send = function (data) { window.sent = (window.sent || 0) + 1; return send.call(this, data); };
  return socket;
} });`,
  'a function with the prototype of the constructor': `
(function (Own) {
  window.WebSocket = function (url, protocols) { return protocols ? new Own(url, protocols) : new Own(url); };
  for (var name in Own) window.WebSocket[name] = Own[name];
  window.WebSocket.prototype = Own.prototype;
  var send = Own.prototype.send;
  Own.prototype.send = function (data) { window.sent = (window.sent || 0) + 1; return send.call(this, data); };
})(WebSocket);`,
};

function page(query: URLSearchParams): string {
  const agent = `<script>${AGENTS[query.get('agent') ?? '']}</script>`;
  const tag = `<script src="/shim/websocket.min.js" data-transports="${query.get('transport')}" data-gateway="${query.get('here')}"></script>`;
  return `<!DOCTYPE html><html><head><title>agent</title></head><body>
${query.get('order') === 'before' ? agent + tag : tag + agent}
<script src="/_test/test-page.js"></script>
<script>
function echo(url) {
  return new Promise(function (done) {
    class Mine extends WebSocket { hello() { return 'hello'; } }
    const socket = new Mine(url);
    window.sent = 0;
    socket.onopen = () => socket.send('x');
    socket.onmessage = ({ data }) => done([data, window.sent, socket instanceof WebSocket]);
    socket.onclose = () => done('closed');
  });
}
(async () => testPage.report(JSON.stringify([
  await echo('ws://' + location.host + '/ws'), await echo('ws://127.0.0.1:${query.get('upstream')}/')
])))();
</script></body></html>`;
}

describe('an agent that replaced WebSocket', function () {
  this.timeout(60_000);
  let upstream: Upstream;
  let gateway: GatewayProgram;
  let front: Front;

  before(async function () {
    requireOrSkip(this, 'chromium');
    upstream = await startConformanceUpstream();
    gateway = await startProgram(['--route', `/ws=ws://127.0.0.1:${upstream.port}`, '--log-level', 'silent']);
    front = await startFront(gateway.port, { '/_test/page.html': page });
  });
  after(async () => {
    await front?.close();
    await gateway?.close();
    await upstream?.close();
  });

  for (const agent of Object.keys(AGENTS))
    for (const order of ['before', 'behind'])
      for (const transport of ['websocket', 'xhr-polling'])
        it(`by ${agent}, ${order} the tag, works and sees what is sent natively, over ${transport}`, async () => {
          const query = {
            ...{ id: `${agent} ${order} ${transport}`, agent, order, transport },
            ...{ here: `127.0.0.1:${front.port}`, upstream: String(upstream.port) },
          };
          const report = JSON.parse(
            await reportFrom({ engine: 'chromium', front, query, seconds: 20 }),
          ) as unknown[];
          // Behind a native prototype the shim's fallback sockets are out of sight.
          const seen = order === 'before' && transport !== 'websocket' ? 0 : 1;
          assert.deepEqual(report, [
            ['x', seen, true],
            ['x', 1, true],
          ]);
        });
});
