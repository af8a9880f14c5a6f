import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { WebSocket, WebSocketServer } from 'ws';
import { FaultProxy } from '../../test/support/faults/fault-proxy.ts';
import { Run } from '../../test/support/machine/program-run.ts';
import { chromiumOptions } from '../../test/support/pages/chromium.ts';
import { statusOf } from '../../test/support/servers/status.ts';

/** Pixels. Wide enough for the demo's own layout, narrow enough for the column of a document. */
const WIDTH = 980;
const HEIGHT = 800;

/** Milliseconds for what a page is to show. The laboratory takes longest. */
const PATIENT = 120_000;

/** Native WebSockets to the operator's route, and clients behind a proxy that breaks WebSocket. */
const NATIVE = 14;
const BEHIND_PROXY = 3;

/** The ports that the documents name: pictures show addresses. */
const LISTEN = '127.0.0.1:8080';
const STATUS = '127.0.0.1:9090';
const BACKEND = 9001;

/**
 * A gateway of two workers with its demo, its status page and a server behind it, and a Chromium.
 * By Puppeteer, as Playwright keeps every tab visible.
 */
export class Scene {
  readonly #run: Run;
  readonly #backend: WebSocketServer;
  readonly #browser: Browser;
  readonly #clients: WebSocket[] = [];
  #proxy: FaultProxy | undefined;

  private constructor(run: Run, backend: WebSocketServer, browser: Browser) {
    this.#run = run;
    this.#backend = backend;
    this.#browser = browser;
  }

  /** Rejects with what the gateway says, for instance that a port is taken. */
  static async start(): Promise<Scene> {
    const backend = new WebSocketServer({ host: '127.0.0.1', port: BACKEND });
    backend.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
    const run = new Run([
      ...['--listen', LISTEN, '--status', STATUS, '--workers', '2', '--demo', '--log-level', 'error'],
      ...['--route', `/ws=ws://127.0.0.1:${BACKEND}`],
    ]);
    await Promise.all([run.port(), once(backend, 'listening')]);
    const { args, executablePath } = chromiumOptions();
    const browser = await puppeteer.launch({
      executablePath,
      // Letters have no coloured fringes: these are of one kind of screen.
      args: [...args, '--disable-lcd-text', '--hide-scrollbars'],
      defaultViewport: { width: WIDTH, height: HEIGHT, deviceScaleFactor: 1 },
    });
    return new Scene(run, backend, browser);
  }

  /** A page of the demo in front, in a profile of its own unless a context is given. */
  async open(path: string, context?: BrowserContext, origin = `http://${LISTEN}`): Promise<Page> {
    const page = await (context ?? (await this.#browser.createBrowserContext())).newPage();
    await page.emulateTimezone('UTC');
    await page.goto(origin + path);
    await page.bringToFront();
    return page;
  }

  openStatus(): Promise<Page> {
    return this.open('/status', undefined, statusOf(this.#run));
  }

  /** Resolves when an expression holds in a page. */
  async until(page: Page, expression: string): Promise<void> {
    await page.waitForFunction(expression, { timeout: PATIENT, polling: 100 });
  }

  /** Opens what a status page shows: native clients, clients on fallbacks, and a refusal. */
  async populate(): Promise<void> {
    for (let count = 0; count < NATIVE; count++) await this.#connect();
    await once(this.#dial('http://app.example'), 'unexpected-response');
    this.#proxy = await FaultProxy.start({ target: this.#port, seed: 1, upgrade: 'plain' });
    for (let count = 0; count < BEHIND_PROXY; count++) {
      const page = await this.open('/console.html', undefined, `http://127.0.0.1:${this.#proxy.port}`);
      await page.click('#connect');
      await this.until(page, "document.getElementById('socketTransport').innerText === 'eventsource'");
      await page.click('#sendText');
      await this.until(page, "document.getElementById('log').innerText.includes('← Hello')");
    }
    // The gateway says why five seconds later at most.
    while ((await this.#downgrades()) < BEHIND_PROXY) await setTimeout(200);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    for (const client of this.#clients) client.terminate();
    await this.#proxy?.close();
    this.#run.child.kill('SIGTERM');
    await this.#run.ended();
    this.#backend.close();
  }

  get #port(): number {
    return Number(LISTEN.split(':')[1]);
  }

  async #downgrades(): Promise<number> {
    const answer = await fetch(`${statusOf(this.#run)}/status.json`);
    const { downgrades } = (await answer.json()) as { downgrades: readonly { count: number }[] };
    return downgrades.reduce((sum, { count }) => sum + count, 0);
  }

  async #connect(): Promise<void> {
    const client = this.#dial();
    await once(client, 'open');
    client.send('hello');
    await once(client, 'message');
  }

  #dial(origin = `http://${LISTEN}`): WebSocket {
    const client = new WebSocket(`ws://${LISTEN}/ws`, { origin });
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }
}
