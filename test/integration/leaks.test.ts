import { strict as assert } from 'node:assert';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { GatewaySocket } from '../../gateway/index.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';

const TRANSPORTS = ['xhr-streaming', 'eventsource', 'iframe-htmlfile', 'xhr-polling', 'jsonp-polling'];
const MESSAGES = 10_000;
const SIZE = 1_024;
/**
 * Bytes that the page's heap may have grown by; one stream's text is in it, which is freed at the
 * stream's end.
 */
const GROWTH = 2 * 1_024 * 1_024;

/** A page that counts and forgets what it gets. */
const page = (query: URLSearchParams): string => `<!DOCTYPE html><html><head><title>leaks</title></head><body>
<script src="/shim/websocket.min.js" data-transports="${query.get('transport')}"></script>
<script>
var count = 0, bytes = 0, ws = 0, ended = 0;
function open() {
  ws = new WebSocket('ws://' + location.host + '/flood');
  ws.onmessage = function (event) { count += 1; bytes += event.data.length; };
  ws.onclose = function (event) { ended = event.code; };
}
</script></body></html>`;

/**
 * Elements that carriers put into a page, and names that have a value on its window. A lazy script
 * stays once it has loaded, under one name.
 */
const TRACES = `String([document.querySelectorAll('iframe, form, script').length,
  Object.keys(window).filter(function (name) { return window[name] !== undefined && window[name] !== null && !/^FallbackGateway/.test(name); })])`;

describe('a page in Chromium, after 10,000 messages of 1 KiB', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let front: Front;

  before(async function () {
    requireOrSkip(this, 'chromium');
    gateway = await startGateway({}, (made) => made.route('/flood', (socket) => flood(socket)));
    front = await startFront(gateway.port, { '/_test/leaks.html': page });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await front?.close();
    await gateway?.close();
  });

  for (const transport of TRANSPORTS) {
    it(`over ${transport}, has the heap that it had, and nothing of the shim is left when it closes`, async () => {
      const tab = await browser.newPage();
      try {
        await tab.goto(`http://127.0.0.1:${front.port}/_test/leaks.html?transport=${transport}`);
        const traces = await tab.evaluate(TRACES);
        await tab.evaluate('open()');
        // Compiled code and what is made once are no leak: the measure is taken when all has run.
        await receive(tab, MESSAGES / 10);
        const cdp = await tab.context().newCDPSession(tab);
        // Chromium keeps the text of every script tag that ran, of a page without the shim as well.
        const withTexts = transport !== 'jsonp-polling';
        const before = await heapOf(cdp, withTexts);
        await receive(tab, MESSAGES);
        const growth = (await heapOf(cdp, withTexts)) - before;
        assert.ok(growth < GROWTH, `the heap grew by ${growth} bytes`);
        await tab.evaluate('ws.close()');
        await tab.waitForFunction('ended === 1005');
        await tab.waitForFunction(`${TRACES} === ${JSON.stringify(traces)}`);
      } finally {
        await tab.close();
      }
    });
  }
});

/** Has the page get so many messages, whole and counted. */
async function receive(tab: Page, messages: number): Promise<void> {
  await tab.evaluate(
    `count = bytes = 0, ws.readyState === 1 ? ws.send('${messages}') : ws.onopen = function () { ws.send('${messages}'); }`,
  );
  await tab.waitForFunction(`count >= ${messages}`, null, { timeout: 60_000 });
  assert.deepEqual(await tab.evaluate('[count, bytes]'), [messages, messages * SIZE]);
}

/** Bytes in use when all that can be freed has been. */
async function heapOf(cdp: CDPSession, withTexts: boolean): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = (await cdp.send(
    'Runtime.getHeapUsage',
  )) as Record<string, number>;
  // Script's own, the document's, and text and bytes of responses.
  return (usedSize ?? 0) + (embedderHeapUsedSize ?? 0) + (withTexts ? (backingStorageSize ?? 0) : 0);
}

/** Sends as many messages as requested, no faster than they are taken. */
function flood(socket: GatewaySocket): void {
  socket.on('message', (data) => {
    let left = Number(String(data));
    const next = (): void => {
      while (left > 0) {
        const text = String(left).padEnd(SIZE, 'x');
        left--;
        if (left % 50 !== 0) socket.send(text);
        else {
          socket.send(text, {}, next);
          return;
        }
      }
    };
    next();
  });
}
