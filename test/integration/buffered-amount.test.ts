import assert from 'node:assert/strict';
import { chromiumSite } from '../support/pages/chromium-site.ts';
import { startGateway } from '../support/servers/gateway.ts';

const SIZE = 10_000_000;

/** Reads `bufferedAmount` as a progress bar does. */
const page = (query: URLSearchParams): string => `<!DOCTYPE html><title>page</title>
<script src="/shim/websocket.min.js" data-transports="${query.get('transport')}"></script>
<script>
var values = [], answer = '';
var socket = new WebSocket('ws://' + location.host + '/sink');
socket.onopen = function () {
  socket.send(${query.has('text') ? `new Array(${SIZE} + 1).join('x')` : `new Uint8Array(${SIZE})`});
  read();
};
function read() {
  if (values[values.length - 1] !== socket.bufferedAmount) values.push(socket.bufferedAmount);
  if (socket.bufferedAmount) setTimeout(read, 10);
}
socket.onmessage = function (event) { answer = event.data; };
</script>`;

describe(`bufferedAmount falls many times while ${SIZE} bytes go out, in Chromium, over`, function () {
  this.timeout(60_000);
  const site = chromiumSite(
    () =>
      startGateway({ maxMessage: '16MiB' }, (made) =>
        made.route('/sink', (socket) => {
          socket.on('message', (data) => socket.send(String((data as Buffer).length)));
        }),
      ),
    () => ({ '/_test/page.html': page }),
  );

  for (const transport of [
    'eventsource',
    'xhr-streaming',
    'xhr-polling',
    'websocket-session',
    'jsonp-polling',
  ])
    for (const kind of ['bytes', 'text'])
      it(`${transport}, as ${kind}`, async () => {
        const tab = await site.browser.newPage();
        try {
          await tab.goto(
            `http://127.0.0.1:${site.front.port}/_test/page.html?transport=${transport}&${kind}=`,
          );
          await tab.waitForFunction('answer && values[values.length - 1] === 0', null, { timeout: 55_000 });
          assert.equal(await tab.evaluate('answer'), String(SIZE));
          const values = (await tab.evaluate('values')) as number[];
          assert.equal(values[0], SIZE);
          assert.equal(values.at(-1), 0);
          assert.ok(values.length >= 15, values.join());
          assert.deepEqual(
            values,
            values.toSorted((a, b) => b - a),
          );
        } finally {
          await tab.close();
        }
      });
});
