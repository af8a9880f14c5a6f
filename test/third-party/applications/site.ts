import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePort } from '../../support/machine/free-ports.ts';
import { startProgram } from '../../support/servers/gateway-program.ts';
import { usedTransports } from '../used-transports.ts';
import type { Application, RunningApplication } from './application.ts';
import { startFrontOf } from './nginx.ts';

/** How a page is visited. */
export interface Mode {
  readonly title: string;
  /** Chromium has WebSocket. */
  readonly hasWebSocket: boolean;
  /** Transports of the tag. @default the shim's order */
  readonly transports?: string;
  /** What the connections of the page must use, separated by commas. */
  readonly uses: RegExp;
}

/** An application, with a gateway and nginx in front of it, or with `--app` alone. */
export class Site {
  readonly #application: Application;
  readonly #parts: readonly { stop(): Promise<void> }[];
  readonly #url: string;
  /** What gateway and application wrote. */
  readonly #logs: () => readonly string[];

  static async start(application: Application): Promise<Site> {
    const folder = mkdtempSync(join(tmpdir(), `${application.name}-`));
    const port = await freePort();
    const running: RunningApplication = await application.start({ port, folder });
    const gateway = await startProgram([
      ...[
        '--route',
        `/=ws://127.0.0.1:${port}`,
        '--no-sockjs',
        '--trusted-proxy',
        '127.0.0.1',
        '--log-level',
        'info',
      ],
    ]);
    const nginx = await startFrontOf(port, gateway.port);
    const closes = { stop: async () => void (await gateway.close()) };
    const files = { stop: async () => rmSync(folder, { recursive: true, force: true }) };
    return new Site(application, `http://127.0.0.1:${nginx.port}`, [closes, nginx, running, files], () => [
      gateway.output(),
      running.output(),
    ]);
  }

  /** The same with the gateway in front of the whole application. */
  static async startBehindApp(application: Application): Promise<Site> {
    const folder = mkdtempSync(join(tmpdir(), `${application.name}-`));
    const port = await freePort();
    const running: RunningApplication = await application.start({ port, folder });
    const gateway = await startProgram(['--app', `http://127.0.0.1:${port}`]);
    const closes = { stop: async () => void (await gateway.close()) };
    const files = { stop: async () => rmSync(folder, { recursive: true, force: true }) };
    return new Site(application, `http://127.0.0.1:${gateway.port}`, [closes, running, files], () => [
      gateway.output(),
      running.output(),
    ]);
  }

  private constructor(
    application: Application,
    url: string,
    parts: readonly { stop(): Promise<void> }[],
    logs: () => readonly string[],
  ) {
    this.#application = application;
    this.#url = url;
    this.#parts = parts;
    this.#logs = logs;
  }

  /** Does in a page what people do in the application. */
  async use(browser: Browser, use: string, { hasWebSocket, transports, uses }: Mode): Promise<void> {
    const context = await browser.newContext();
    try {
      if (!hasWebSocket) await context.addInitScript('delete window.WebSocket;');
      if (transports !== undefined)
        await context.addCookies([{ name: 'transports', value: transports, url: this.#url }]);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const notes: string[] = [];
      page.on('console', (message) => notes.push(message.text()));
      page.on('pageerror', (error) => notes.push(error.message));
      const used = usedTransports(page);
      try {
        await this.#application.uses[use]?.(page, this.#url);
      } catch (error) {
        const log = this.#logs()
          .map((text) => text.slice(-2000))
          .join('\n');
        throw new Error([String(error), ...new Set(notes), `over ${[...used]}`, log].join('\n'));
      }
      if (!uses.test([...used].join())) throw new Error(`over ${[...used].join(', ') || 'nothing'}`);
    } finally {
      await context.close();
    }
  }

  async stop(): Promise<void> {
    for (const part of this.#parts) await part.stop();
  }
}
