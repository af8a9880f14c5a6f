import assert from 'node:assert/strict';
import type { GatewaySocket } from '../../gateway/index.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { reportFrom } from '../support/pages/report-from.ts';
import { type Front, type Pages, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import type { EngineName } from './engine.ts';

/*
 * What the document of an Internet Explorer does with the shim, in HtmlUnit: events by attachEvent,
 * frames by the name they are made with, messages that come to the window and to its document,
 * scripts that end with a readyState. Not in it: see htmlunit.ts.
 */

/**
 * A page with the shim of a gateway, and what tests need. It begins when it is loaded: HtmlUnit
 * loads a frame twice that comes before.
 */
const page = (
  query: URLSearchParams,
  steps: string,
): string => `<!DOCTYPE html><html><head><title>page</title></head><body>
<script src="${query.get('gateway')}/shim/websocket.min.js" data-transports="${query.get('transports')}"></script>
<script>
var lines = [];
function say(line) { lines.push(line); }
function report() {
  var request = new ActiveXObject('MSXML2.XMLHTTP.3.0');
  request.open('POST', '/_test/report?id=${query.get('id')}', true);
  request.onreadystatechange = function () { if (request.readyState === 4) document.title = 'done'; };
  request.send(lines.join('\\n'));
}
function open(name) {
  var socket = new WebSocket('${(query.get('gateway') ?? '').replace('http', 'ws')}/room');
  socket.onclose = function (event) { say(name + ' closed ' + event.code + ' ' + event.reason + ' ' + event.wasClean); next(name); };
  return socket;
}
function elements() {
  var tags = ['iframe', 'form', 'script'];
  var counts = [];
  for (var i = 0; i < tags.length; i += 1) counts.push(document.getElementsByTagName(tags[i]).length);
  return counts.join();
}
/** How many functions of the shim's the window has for answers. */
function names() {
  var count = 0;
  for (var name in window) if (/^_fg/.test(name) && window[name]) count += 1;
  return count;
}
/** Looks until it is so. */
function until(check, then) {
  if (check()) then();
  else setTimeout(function () { until(check, then); }, 20);
}
var before = elements();
${steps}
window.attachEvent('onload', begin);
</script></body></html>`;

/** Text and bytes, a Close of either side, and what is left in the page. */
const bridged = `
var sockets = {};
var left = 2;
function begin() {
  sockets.a = open('a');
  sockets.b = open('b');
  sockets.a.onopen = function () {
    say('a open ' + document.getElementsByTagName('iframe').length);
    sockets.a.send('h\\u00e9llo \\0 \\r\\n \\ud83d\\ude00');
  };
  sockets.a.onmessage = function (event) {
    var bytes = event.data.bytes;
    if (!bytes) {
      say('text ' + (event.data === 'h\\u00e9llo \\0 \\r\\n \\ud83d\\ude00'));
      sockets.a.send(new WebSocketShim.Bytes([0, 127, 128, 255]));
    } else {
      say('bytes ' + bytes.join());
      sockets.a.close(4001, 'bye, all');
    }
  };
  sockets.b.onopen = function () { sockets.b.send('close'); };
}
function next(name) {
  var steps = sockets[name].diagnostics;
  var i;
  for (i = 0; i < steps.length; i += 1) if (steps[i].what === 'open') say(name + ' over ' + steps[i].transport);
  left -= 1;
  if (!left) until(function () { return elements() === before; }, report);
}`;

/** Script tags for what is short, and forms into frames for what is long; nothing of them stays. */
const scripted = `
var sockets = {};
var left = 3;
var most = 0;
var mostNames = 0;
var long = new Array(4000).join('long ');
function begin() {
  for (var i = 0; i < left; i += 1) begun('s' + i);
  until(function () {
    most = Math.max(most, document.getElementsByTagName('form').length);
    mostNames = Math.max(mostNames, names());
    return !left && elements() === before && !names();
  }, function () {
    say('forms ' + (most > 0) + ', names ' + (mostNames > 0));
    report();
  });
}
function begun(name) {
  var socket = open(name);
  socket.onopen = function () { socket.send('short'); };
  socket.onmessage = function (event) {
    if (event.data === 'short') socket.send(long);
    else {
      say(name + ' long ' + (event.data === long));
      socket.close();
    }
  };
}
function next() { left -= 1; }`;

describe("in Internet Explorer's document, by HtmlUnit,", function () {
  this.timeout(120_000);
  let front: Front;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  /** Origins that sockets came from, and how they ended. */
  const received: string[] = [];

  before(async () => {
    const pages: Pages = {
      '/_test/bridged.html': (query) => page(query, bridged),
      '/_test/scripted.html': (query) => page(query, scripted),
    };
    front = await startFront(1, pages);
    const origin = `http://localhost:${front.port}`;
    gateway = await startGateway({ origin, attachTimeout: 30_000 }, (made) =>
      made.route('/room', (socket, { headers }) => serve(socket, String(headers.origin))),
    );
  });
  after(async () => {
    await front.close();
    await gateway.close();
  });
  beforeEach(() => {
    received.length = 0;
  });

  function serve(socket: GatewaySocket, origin: string): void {
    received.push(`from ${origin}`);
    socket.on('message', (data, binary) => {
      if (String(data) === 'close') socket.close(4002, 'so, there');
      else socket.send(data, { binary });
    });
    socket.on('close', (code, reason) => received.push(`${code} ${reason}`));
  }

  /** What a page says, sorted: sockets are side by side. */
  async function linesOf(engine: EngineName, page: string, query: Record<string, string>): Promise<string[]> {
    const report = await reportFrom({
      engine,
      front,
      host: 'localhost',
      page,
      query: { ...query, id: `${engine}-${page}` },
      seconds: 90,
    });
    return report.split('\n').toSorted();
  }

  for (const engine of ['htmlunit-ie8', 'htmlunit-ie9'] as const) {
    it(`${engine}: two sockets to another origin share a bridge, which goes when they have closed`, async function () {
      requireOrSkip(this, engine);
      const transports = 'websocket,iframe-htmlfile,xhr-polling';
      const gatewayOrigin = `http://127.0.0.1:${gateway.port}`;
      const lines = await linesOf(engine, 'bridged.html', { gateway: gatewayOrigin, transports });
      // The first may have moved to a better carrier by the time that the second opens on its own.
      const opened = lines.map((line) => line.replace(/^b over iframe-htmlfile$/, 'b over xhr-polling'));
      assert.deepEqual(opened, [
        'a closed 4001 bye, all true',
        'a open 1',
        'a over bridge',
        'a over xhr-polling',
        'b closed 4002 so, there true',
        'b over bridge',
        'b over xhr-polling',
        'bytes 0,127,128,255',
        'text true',
      ]);
      // The backend sees the page's origin, not the bridge's.
      const origin = `http://localhost:${front.port}`;
      assert.deepEqual(received.toSorted(), [
        '4001 bye, all',
        '4002 so, there',
        `from ${origin}`,
        `from ${origin}`,
      ]);
    });
  }

  for (const engine of ['htmlunit-ie6', 'htmlunit-ie7', 'htmlunit-ie8', 'htmlunit-ie9'] as const) {
    it(`${engine}: script tags, forms and frames of three sockets are gone when these have closed`, async function () {
      requireOrSkip(this, engine);
      const gatewayOrigin = `http://127.0.0.1:${gateway.port}`;
      const lines = await linesOf(engine, 'scripted.html', {
        gateway: gatewayOrigin,
        transports: 'jsonp-polling',
      });
      const sockets = ['s0', 's1', 's2'].flatMap((name) => [
        `${name} closed 1005  true`,
        `${name} long true`,
      ]);
      assert.deepEqual(lines, ['forms true, names true', ...sockets]);
    });
  }
});
