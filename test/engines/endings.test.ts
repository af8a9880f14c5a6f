import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import puppeteer from 'puppeteer-core';
import { requireOrSkip } from '../support/machine/require-or-skip.ts';
import { launchChromium } from '../support/pages/chromium.ts';
import {
  endingServer,
  endings,
  firefoxDiffers,
  refusals,
  replies,
  wordOf,
} from '../support/servers/endings.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { Servers } from '../support/servers/upstreams.ts';
import { firefoxOptions } from './firefox.ts';

const all = { ...endings, ...replies, ...refusals };
const names = Object.keys(all);

/** Sockets that are open at once. A browser has six connections to a host over HTTP. */
const BATCH = 4;

const page = `<!DOCTYPE html><script src="/shim/websocket.min.js"></script><script>
function events(Socket, url, closes) {
  return new Promise(function (resolve) {
    var log = [];
    var socket = new Socket(url);
    socket.onopen = function () {
      if (closes) socket.close(4000, 'bye');
      else socket.send('go');
    };
    socket.onmessage = function (event) { log.push('message ' + event.data); };
    socket.onerror = function () { log.push('error'); };
    socket.onclose = function (event) {
      log.push('close ' + event.code + (event.reason && ' ' + event.reason) + (event.wasClean ? ' clean' : ''));
      resolve(log.join(', '));
    };
    setTimeout(function () { resolve('open for ever'); }, 8000);
  });
}
function probe(transport, base, words) {
  if (transport) WebSocketShim.configure({ transports: [transport] });
  var Socket = transport ? WebSocket : WebSocketShim.NativeWebSocket;
  return Promise.all(words.map(function (word) {
    return events(Socket, base + word, word.charAt(0) === 'c');
  }));
}
</script>`;

interface Driver {
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

const browsers: Readonly<Record<'chromium' | 'firefox', (url: string) => Promise<Driver>>> = {
  chromium: async (url) => {
    const browser = await launchChromium();
    const opened = await browser.newPage();
    await opened.goto(url);
    return { evaluate: (expression) => opened.evaluate(expression), close: () => browser.close() };
  },
  firefox: async (url) => {
    const browser = await puppeteer.launch(firefoxOptions());
    const opened = await browser.newPage();
    await opened.goto(url);
    return { evaluate: (expression) => opened.evaluate(expression), close: () => browser.close() };
  },
};

/** '' is the browser's own WebSocket, connected to the server itself. */
const ways = {
  chromium: ['', 'websocket', 'xhr-streaming', 'xhr-polling', 'eventsource', 'iframe-htmlfile'],
  firefox: ['', 'websocket', 'xhr-streaming', 'xhr-polling'],
} as const;
const further = { chromium: ['jsonp-polling', 'websocket-session'], firefox: [] } as const;

for (const browser of ['chromium', 'firefox'] as const) {
  describe(`in ${browser} a page gets the same events, natively and over each fallback, when the server`, function () {
    this.timeout(120_000);
    const servers = new Servers();
    let backend: number;
    let gateway: Awaited<ReturnType<typeof startGateway>>;
    let front: Front;
    let driver: Driver | undefined;

    before(async function (this: Context) {
      requireOrSkip(this, browser);
      backend = await endingServer(servers);
      gateway = await startGateway({ routes: [{ path: '/end', backend: `ws://127.0.0.1:${backend}` }] });
      front = await startFront(gateway.port, { '/_test/page.html': () => page });
      driver = await browsers[browser](`http://127.0.0.1:${front.port}/_test/page.html`);
    });
    after(async () => {
      await driver?.close();
      await front?.close();
      await gateway?.close();
      servers.stopAll();
    });

    for (const way of [...ways[browser], ...further[browser]]) {
      it(`is reached ${way === '' ? 'without the gateway' : `over ${way}`}`, async () => {
        const base = `ws://127.0.0.1:${way === '' ? backend : front.port}/end/`;
        const shown: Record<string, string> = {};
        for (let at = 0; at < names.length; at += BATCH) {
          const some = names.slice(at, at + BATCH);
          const words = JSON.stringify(some.map(wordOf));
          const events = (await driver?.evaluate(`probe('${way}', '${base}', ${words})`)) as string[];
          for (const [index, name] of some.entries()) shown[name] = events[index] as string;
        }
        const want = expected(browser, way);
        const wrong = names.filter((name) => shown[name] !== want[name]);
        assert.deepEqual(
          wrong.map((name) => `${name}: ${shown[name]}, not ${want[name]}`),
          [],
        );
      });
    }
  });
}

/**
 * What each must show. Through the gateway a reset is an end, and over a fallback it is the gateway
 * that judges frames: as Chromium does.
 */
function expected(browser: 'chromium' | 'firefox', way: string): Record<string, string> {
  const shows = Object.fromEntries(names.map((name) => [name, all[name]?.shows as string]));
  if (browser === 'chromium' || (way !== '' && way !== 'websocket')) return shows;
  const differs: Record<string, string> = { ...firefoxDiffers };
  if (way === 'websocket') {
    for (const name of Object.keys(differs)) if (name.startsWith('resets')) delete differs[name];
  }
  return { ...shows, ...differs };
}
