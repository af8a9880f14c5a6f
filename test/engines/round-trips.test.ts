import assert from 'node:assert/strict';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import type { EngineName } from './engine.ts';

/** Each message is sent when the one before it has come back. */
const ROUND_TRIPS = 200;
/** Blink and Gecko report a growing response 50 ms after the last report at the earliest. */
const REPORT_INTERVAL = 50;

const page = (query: URLSearchParams): string => `<!DOCTYPE html><title>round trips</title>
<script src="/_test/test-page.js"></script>
<script src="/shim/websocket.min.js" data-transports="${query.get('transport')}"></script>
<script>
var times = [], began = 0, transport = '';
var socket = new WebSocket('ws://' + location.host + '/echo');
function send() {
  began = performance.now();
  socket.send('x');
}
socket.onopen = function () { setTimeout(send, 500); };
socket.onmessage = function () {
  times.push(performance.now() - began);
  transport = socket.transport;
  if (times.length < ${ROUND_TRIPS}) send();
  else {
    times.sort(function (a, b) { return a - b; });
    testPage.report(transport + ' ' + times[${ROUND_TRIPS / 2}].toFixed(1));
  }
};
</script>`;

describe('a message over xhr-streaming comes back sooner than the engine reports progress, in', function () {
  this.timeout(90_000);

  for (const engine of ['chromium', 'firefox', 'webkitgtk'] satisfies EngineName[])
    it(engine, async function () {
      requireOrSkip(this, engine);
      const gateway = await startGateway({ routes: [{ path: '/echo', backend: 'echo:' }] });
      const front = await startFront(gateway.port, { '/_test/page.html': page });
      try {
        // ROUND_TRIPS_OVER=eventsource prints what another transport takes.
        const transport = process.env.ROUND_TRIPS_OVER ?? 'xhr-streaming';
        const report = await reportFrom({ engine, front, query: { id: 'page', transport }, seconds: 60 });
        const [used, median] = report.split(' ');
        console.log(`      ${median} ms over ${used}`);
        assert.equal(used, transport);
        assert.ok(Number(median) < 0.8 * REPORT_INTERVAL, `${median} ms`);
      } finally {
        await front.close();
        await gateway.close();
      }
    });
});
