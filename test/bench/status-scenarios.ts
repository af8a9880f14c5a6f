import { measure, withCpu } from './measure.ts';
import type { Figures, Task } from './messages.ts';
import type { Row, Scenario, Settings } from './scenarios.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** Bytes of a message. */
const SIZE = 100;
/** Milliseconds between two scrapes. */
const INTERVAL = 1_000;
/** Scrapes before anything is measured: the first ones load and compile the code for them. */
const WARM_UP = 20;
const DIALECTS = ['gateway xhr-streaming', 'gateway xhr-polling', 'websocket'] as const;

/**
 * What `--status` costs while its metrics are read each second, against a gateway without it. A
 * second gateway without it shows how much two equal processes differ.
 */
export const statusScenarios: readonly Scenario[] = [
  {
    name: 'status',
    title: ({ sessions, idleSessions }) =>
      `Metrics: ${sessions} sessions with a message of ${SIZE} bytes under way; ${idleSessions} idle ones`,
    metrics: [
      { key: 'cpu', title: 'CPU µs/echo', digits: 1, compared: true },
      { key: 'rate', title: 'echoes/s', digits: 0, compared: true },
      { key: 'p99', title: 'p99 ms', digits: 2, compared: false },
      { key: 'rss', title: 'idle: RSS KB/session', digits: 2, compared: true },
      { key: 'scrapes', title: 'scrapes', digits: 0, compared: false },
    ],
    groups: DIALECTS.map((dialect) => ({
      name: `scraped ${dialect.replace('gateway ', '')}`,
      rows: [
        row('with --status', dialect, true),
        row('without', dialect, false),
        row('without, again', dialect, false),
      ],
    })),
  },
];

function row(name: string, dialect: string, isScraped: boolean): Row {
  return {
    name: `${name}: ${dialect.replace('gateway ', '')}`,
    ours: isScraped,
    run: async (settings) => {
      const echoes = await withGateway(isScraped, (gateway) => echo(gateway, dialect, settings));
      const idle = await withGateway(isScraped, (gateway) => rest(gateway, dialect, settings));
      return { ...echoes.figures, ...idle.figures, scrapes: echoes.scrapes + idle.scrapes };
    },
  };
}

async function withGateway(isScraped: boolean, run: (gateway: ServerProcess) => Promise<Figures>) {
  const gateway = await startServer('gateway', isScraped ? ['--status'] : []);
  const scraper = new Scraper(isScraped ? gateway.statusPort : undefined);
  try {
    await scraper.start();
    return { figures: await run(gateway), scrapes: scraper.scrapes };
  } finally {
    await scraper.stop();
    await gateway.stop();
  }
}

async function echo(gateway: ServerProcess, dialect: string, settings: Settings): Promise<Figures> {
  const { sessions, warmUp, duration } = settings;
  const target = targetOf(gateway, settings);
  const task: Task = { kind: 'echo', dialect, target, sessions, size: SIZE, warmUp, duration };
  return withCpu(await measure(task, gateway));
}

async function rest(gateway: ServerProcess, dialect: string, settings: Settings): Promise<Figures> {
  const { idleSessions: sessions } = settings;
  const target = targetOf(gateway, settings);
  const task: Task = { kind: 'idle', dialect, target, sessions, warmUp: sessions };
  const { before, after } = await measure(task, gateway, true);
  return { rss: (after.rss - before.rss) / 1000 / sessions };
}

function targetOf({ port }: ServerProcess, { headers }: Settings): Task['target'] {
  return { port, path: '/echo', headers: headers(port) };
}

/** Reads the metrics each second. */
class Scraper {
  scrapes = 0;
  readonly #port: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading = Promise.resolve();
  #failure: unknown;

  /** Without a port nothing is read. */
  constructor(port: number | undefined) {
    this.#port = port;
  }

  async start(): Promise<void> {
    if (this.#port === undefined) return;
    for (let i = 0; i < WARM_UP; i++) await this.#read();
    this.scrapes = 0;
    this.#timer = setInterval(() => {
      this.#reading = this.#reading
        .then(() => this.#read())
        .catch((error: unknown) => {
          this.#failure = error;
        });
    }, INTERVAL);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #read(): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/metrics`);
    const text = await answer.text();
    if (!text.includes('fallback_gateway_')) throw new Error(`no metrics: status ${answer.status}`);
    this.scrapes++;
  }
}
