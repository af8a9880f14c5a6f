import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { requireOrSkip } from '../../support/machine/require-or-skip.ts';
import { launchChromium, newPage } from '../../support/pages/chromium.ts';
import { type Front, startFront } from '../../support/servers/front.ts';
import { startGateway } from '../../support/servers/gateway.ts';
import { ExampleCopy } from '../examples/copy.ts';
import { usedTransports } from '../used-transports.ts';
import { BUNDLERS } from './bundlers.ts';

const shim = readFileSync(new URL('../../../dist/client-shim/websocket.min.js', import.meta.url), 'utf8');

/** What a page of another origin can use. */
const TRANSPORTS = ['websocket', 'eventsource', 'xhr-streaming', 'iframe-htmlfile', 'xhr-polling'];

describe('the shim that does not come from the gateway', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let copy: ExampleCopy;
  let own: Front;
  let other: Front;
  const bundles = new Map<string, string>();

  before(async function () {
    for (const name of ['chromium', 'bundlers']) requireOrSkip(this, name);
    copy = new ExampleCopy('vite');
    const page = readFileSync(join(copy.folder, 'index.html'), 'utf8');
    const files = {
      '/bundled.html': (query: URLSearchParams) =>
        page.replace('type="module" src="/main.js"', `src="/bundle.js?${query}"`),
      '/bundle.js': (query: URLSearchParams) => bundles.get(query.get('name') ?? '') ?? '',
      '/copied/shim.js': () => shim,
      '/copied.html': copied,
    };
    browser = await launchChromium();
    other = await startFront(0, files);
    gateway = await startGateway({
      routes: ['/echo=echo:'],
      origin: [`http://127.0.0.1:${other.port}`],
    });
    own = await startFront(gateway.port, files);
  });
  after(async () => {
    await browser?.close();
    await own?.close();
    await other?.close();
    await gateway?.close();
    copy?.remove();
  });

  /** A page with the script tag of a copied file. */
  function copied(query: URLSearchParams): string {
    const transport = query.get('transport');
    return `<!DOCTYPE html><html><head>
      <script src="/copied/shim.js" data-gateway="127.0.0.1:${query.get('gateway')}"
        data-transports="${transport}"></script></head>
      <body><form id="form"><input id="text"></form><pre id="log"></pre><script>
        const show = (line) => document.getElementById('log').append(line + '\\n');
        const socket = new WebSocket('ws://127.0.0.1:${query.get('gateway')}/echo');
        socket.onopen = () => show('connected');
        socket.onmessage = ({ data }) => show(data);
        document.getElementById('form').onsubmit = (event) => {
          event.preventDefault();
          socket.send(document.getElementById('text').value);
        };
      </script></body></html>`;
  }

  /** Sends a line in a page, waits for it to come back, and returns the transports of that. */
  async function talk(url: string, hasWebSocket: boolean): Promise<string[]> {
    const faults: string[] = [];
    const page = await newPage(browser, faults);
    try {
      if (!hasWebSocket) await page.addInitScript('delete window.WebSocket');
      const used = usedTransports(page);
      await page.goto(url);
      const says = (line: RegExp) => page.locator('#log').filter({ hasText: line }).waitFor();
      await says(/connected/);
      await page.fill('#text', 'hello');
      await page.press('#text', 'Enter');
      await says(/^hello$/m);
      assert.deepEqual(
        faults.filter((fault) => !/favicon/.test(fault)),
        [],
      );
      return [...used];
    } finally {
      await page.context().close();
    }
  }

  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    it(`works as a module in a bundle of ${name}, and leaves the page's WebSocket`, async () => {
      bundles.set(name, await bundle(join(copy.folder, 'main.js')));
      const url = `http://127.0.0.1:${own.port}/bundled.html?name=${name}`;
      assert.deepEqual(await talk(url, true), ['websocket']);
      const used = await talk(url, false);
      assert.ok(used.length > 0 && !used.includes('websocket'), String(used));
    });
  }

  for (const transport of TRANSPORTS) {
    it(`works as a copied file on another origin over ${transport}, with data-gateway`, async () => {
      const query = new URLSearchParams({ transport, gateway: String(gateway.port) });
      const url = `http://127.0.0.1:${other.port}/copied.html?${query}`;
      assert.deepEqual(await talk(url, transport === 'websocket'), [transport]);
    });
  }

  it('works as a copied file over jsonp-polling, whose script comes from the gateway', async () => {
    const query = new URLSearchParams({ transport: 'jsonp-polling', gateway: String(own.port) });
    const url = `http://127.0.0.1:${own.port}/copied.html?${query}`;
    assert.deepEqual(await talk(url, false), ['jsonp-polling']);
  });
});
