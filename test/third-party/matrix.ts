import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/pages/chromium.ts';
import { type Front, startFront } from '../support/servers/front.ts';
import { type GatewayProgram, startProgram } from '../support/servers/gateway-program.ts';
import { LIBRARIES, type Library } from './libraries.ts';
import { libraryPages, WITHOUT_SHIM } from './pages.ts';
import { type LibraryServers, startLibraryServers } from './servers.ts';
import { usedTransports } from './used-transports.ts';

/**
 * What Chromium has. `websocket` is the shim's default order with WebSocket there; pages of the
 * fallbacks have no WebSocket at all, as in a browser of before 2010.
 */
export const TRANSPORTS = [
  'websocket',
  'websocket-session',
  'eventsource',
  'xhr-streaming',
  'iframe-htmlfile',
  'xhr-polling',
  'jsonp-polling',
] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Milliseconds for one page on a busy machine. */
const PAGE_TIMEOUT = 40_000;

/** Pages that run side by side: most of their time is waiting. */
const PAGES = 3;

export interface Cell {
  readonly library: Library;
  readonly transport: Transport | typeof WITHOUT_SHIM;
}

/**
 * Every library over each transport, and without the shim: what a scenario expects is what a
 * browser does. JSONP is for pages of the gateway's own site (docs/operating.md).
 */
export const CELLS: readonly Cell[] = LIBRARIES.flatMap((library) => [
  ...(library.loadsShim || library.crossOrigin ? [] : [{ library, transport: WITHOUT_SHIM } as const]),
  ...TRANSPORTS.filter((transport) => !library.crossOrigin || transport !== 'jsonp-polling').map(
    (transport) => ({ library, transport }),
  ),
]);

interface Parts {
  readonly browser: Browser;
  readonly servers: LibraryServers;
  readonly gateway: GatewayProgram;
  /** Has pages of the gateway's own origin. */
  readonly own: Front;
  /** Has pages of another one. */
  readonly other: Front;
}

/** One browser, one gateway and the servers behind it, for all cells. */
export class Matrix {
  readonly #parts: Parts;
  /** What went wrong in each cell; undefined if nothing did. */
  readonly #problems = new Map<Cell, Promise<Error | undefined>>();

  static async start(): Promise<Matrix> {
    const [servers, pages, browser] = await Promise.all([
      startLibraryServers(),
      libraryPages(),
      launchChromium(),
    ]);
    const other = await startFront(0, pages);
    const gateway = await startProgram([
      ...servers.routes.flatMap((route) => ['--route', route]),
      ...['--app', servers.app],
      ...['--origin', `http://localhost:${other.port}`, '--jsonp', '--log-level', 'silent'],
    ]);
    return new Matrix({ browser, servers, gateway, other, own: await startFront(gateway.port, pages) });
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins with all cells, a few at a time. */
  begin(cells: readonly Cell[]): void {
    const queues = Array.from({ length: PAGES }, () => Promise.resolve<Error | undefined>(undefined));
    cells.forEach((cell, at) => {
      const problem = queues[at % PAGES]?.then(() => this.#run(cell)) as Promise<Error | undefined>;
      queues[at % PAGES] = problem;
      this.#problems.set(cell, problem);
    });
  }

  /** What went wrong in a cell that was begun. */
  problem(cell: Cell): Promise<Error | undefined> {
    return this.#problems.get(cell) ?? Promise.resolve(new Error('it was not begun'));
  }

  async stop(): Promise<void> {
    const { browser, own, other, gateway, servers } = this.#parts;
    await browser.close();
    await Promise.all([own.close(), other.close()]);
    await gateway.close();
    await servers.stop();
  }

  /** Runs a library's scenario in a page of its own. */
  async #run({ library, transport }: Cell): Promise<Error | undefined> {
    const { browser, gateway, own, other } = this.#parts;
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const notes: string[] = [];
      page.on('console', (message) => notes.push(message.text()));
      page.on('pageerror', (error) => notes.push(error.message));
      const used = usedTransports(page);
      const host = `127.0.0.1:${library.crossOrigin ? gateway.port : own.port}`;
      const origin = library.crossOrigin ? `http://localhost:${other.port}` : `http://${host}`;
      const query = { library: String(LIBRARIES.indexOf(library)), transport, gateway: `http://${host}` };
      await page.goto(`${origin}/_test/library.html?${new URLSearchParams(query)}`);
      const problem = await Promise.race([
        page.evaluate(`scenario.default('ws://${host}', '${transport}').then(() => '', String)`),
        new Promise((resolve) => setTimeout(resolve, PAGE_TIMEOUT, 'it did not end').unref()),
      ]);
      if (problem !== '') return new Error([problem, ...new Set(notes)].join('\n'));
      const seen = [...used].join(', ') || 'nothing';
      const wanted = transport === WITHOUT_SHIM ? 'websocket' : transport;
      return seen === wanted ? undefined : new Error(`over ${seen}`);
    } catch (error) {
      return error as Error;
    } finally {
      await context.close();
    }
  }
}
