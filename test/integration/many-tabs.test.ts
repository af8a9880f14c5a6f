import { strict as assert } from 'node:assert';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import type { GatewaySocket } from '../../gateway/index.ts';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { chromiumOptions } from '../support/pages/chromium.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { until } from '../support/until.ts';

const TABS = 12;
/** Milliseconds in which a message reaches a hidden tab (PROTOCOL.md §6.6). */
const LATEST = 15_000;
/** Milliseconds between two requests of a hidden tab, at least. */
const SHORTEST = 5_000;
/** A busy machine lets timers and requests be late. */
const SLACK = 5_000;

const tabPage = (query: URLSearchParams): string => `<!DOCTYPE html><title>tab</title>
<script src="/shim/websocket.min.js" data-transports="eventsource xhr-streaming xhr-polling"></script>
<script>
var got = [], closes = [], echoes = {};
var ws = new WebSocket('ws://' + location.host + '/tabs?${query.get('tab')}');
ws.onmessage = function (event) { got.push(event.data); };
ws.onclose = function (event) { closes.push(event.code); };
function echo() {
  return new Promise(function (resolve) {
    var began = performance.now();
    ws.addEventListener('message', function (event) {
      if (event.data === 'echo') resolve(performance.now() - began);
    });
    ws.send('echo');
  });
}
</script>`;

/**
 * Chromium has six connections to a host for all its tabs, so the seventh tab on a fallback would
 * hang. By Puppeteer, as Playwright keeps every page visible.
 */
describe(`${TABS} tabs of one Chromium on a fallback over HTTP/1.1`, function () {
  this.timeout(90_000);
  let browser: Browser;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let front: Front;
  const pages: Page[] = [];
  const peers = new Map<string, GatewaySocket>();
  const closed: string[] = [];

  before(async function () {
    requireOrSkip(this, 'chromium');
    gateway = await startGateway({}, (made) =>
      made.route('/tabs', (socket, request) => {
        const tab = String(request.url).split('?')[1] as string;
        peers.set(tab, socket);
        socket.on('message', (data) => socket.send(String(data)));
        socket.on('close', () => closed.push(tab));
      }),
    );
    front = await startFront(gateway.port, { '/_test/tab.html': tabPage });
    browser = await puppeteer.launch(chromiumOptions());
  });
  after(async () => {
    await browser?.close();
    await front?.close();
    await gateway?.close();
  });

  const received = (page: Page): Promise<number> => page.evaluate('got.length') as Promise<number>;

  it('all open, though each opens with a stream of its own', async () => {
    for (let tab = 0; tab < TABS; tab += 1) {
      const page = await browser.newPage();
      pages.push(page);
      await page.goto(`http://127.0.0.1:${front.port}/_test/tab.html?tab=${tab}`);
      await page.bringToFront();
    }
    await until('every tab has its session', () => peers.size === TABS, 45_000);
    const hidden = await Promise.all(pages.map((page) => page.evaluate('document.hidden')));
    assert.deepEqual(hidden, [...Array(TABS - 1).fill(true), false]);
    await until('only the tab in front holds a connection', () => held() === 1, 30_000);
  });

  const held = (): number =>
    ['eventsource', 'xhr-streaming', 'xhr-polling'].reduce((sum, name) => sum + front.waiting(name), 0);

  it('the one in front has its echo at once, and no request of the others is in its way', async () => {
    const front = pages.at(-1) as Page;
    const times: number[] = [];
    for (let round = 0; round < 20; round += 1) times.push((await front.evaluate('echo()')) as number);
    times.sort((a, b) => a - b);
    console.log(
      `      echo in front: median ${times[10]?.toFixed(1)} ms, slowest ${times[19]?.toFixed(1)} ms`,
    );
    assert.ok((times[10] as number) < 1000, `${times}`);
  });

  it('each other one has each message within 15 s, by few requests', async () => {
    const hidden = pages.slice(0, -1);
    const before = await Promise.all(hidden.map(received));
    const counted = front.count;
    const began = performance.now();
    for (let tab = 0; tab < TABS - 1; tab += 1) peers.get(String(tab))?.send('news');
    const late: number[] = [];
    await Promise.all(
      hidden.map(async (page, tab) => {
        while ((await received(page)) === before[tab]) {
          assert.ok(performance.now() - began < LATEST + SLACK, `tab ${tab}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        late.push(performance.now() - began);
      }),
    );
    console.log(`      news after ${Math.max(...late).toFixed(0)} ms at the latest`);
    assert.deepEqual(closed, []);
    const requests = front.count - counted;
    const most = (TABS - 1) * (1 + Math.ceil((performance.now() - began) / SHORTEST));
    console.log(`      ${requests} requests of ${TABS - 1} hidden tabs meanwhile`);
    // Those of the tab in front, which may attach again.
    assert.ok(requests <= most + 10, `${requests} requests, at most ${most}`);
  });
});
