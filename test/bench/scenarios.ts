import { appScenarios } from './app-scenarios.ts';
import { type Contender, groups, type Middle, middles } from './contenders.ts';
import type { HeaderSet } from './headers.ts';
import { measure, withCpu } from './measure.ts';
import type { Figures, Task, Work } from './messages.ts';
import { startNginx } from './nginx.ts';
import { startServer } from './server-process.ts';
import { statusScenarios } from './status-scenarios.ts';
import { stompScenarios } from './stomp-scenarios.ts';
import { workerScenarios } from './worker-scenarios.ts';

/** How large a run is. */
export interface Scale {
  /** Warm-up and measured time, ms. */
  readonly warmUp: number;
  readonly duration: number;
  readonly sessions: number;
  readonly pushSessions: number;
  /** So many at first, and so many more: all of them within a server's descriptors. */
  readonly idleSessions: number;
  /** Of `GROWTH`, as many sessions as are measured. */
  readonly growth: readonly number[];
}

export interface Settings extends Scale {
  readonly headers: HeaderSet;
  /** Folder for CPU profiles of the gateway. */
  readonly profile: string | undefined;
}

/** One column of the table. */
export interface Metric {
  /** Key of the figures. */
  readonly key: string;
  readonly title: string;
  readonly digits: number;
  /** Ours ÷ theirs is shown. */
  readonly compared: boolean;
}

/** A row: what one contender is called, and one run of it. */
export interface Row {
  readonly name: string;
  readonly ours: boolean;
  /** A program without which it is left out, unless its name begins with it. */
  readonly needs?: string;
  run(settings: Settings): Promise<Figures>;
}

/** Rows that are compared: each that is not ours with the first that is. */
export interface RowGroup {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface Scenario {
  readonly name: string;
  title(scale: Scale): string;
  readonly metrics: readonly Metric[];
  readonly groups: readonly RowGroup[];
  /** Nothing in it depends on time: one run says it all. */
  readonly exact?: boolean;
}

/** Bytes of the message that everything is measured with. */
const SIZE = 100;
const WIRE_MESSAGES = 50;
const OPEN_CONCURRENCY = 50;
/**
 * Numbers of sessions among which the same number of messages is under way. A gateway with 20,000
 * descriptors takes 9,968 connections: it keeps as many free for backends.
 */
export const GROWTH = [100, 1000, 5000, 9500] as const;
const GROWTH_CONCURRENCY = 100;

const RATE = { key: 'rate', digits: 0, compared: true };
const P50 = { key: 'p50', title: 'p50 ms', digits: 2, compared: false };
const P99 = { key: 'p99', title: 'p99 ms', digits: 2, compared: false };
const CPU = { key: 'cpu', digits: 1, compared: true };
const LOADS: readonly Metric[] = [
  { key: 'serverLoad', title: 'server cores', digits: 2, compared: false },
  { key: 'generatorLoad', title: 'generator cores', digits: 2, compared: false },
];

export const scenarios: readonly Scenario[] = [
  {
    name: 'echo',
    title: ({ sessions }) => `Echo: ${sessions} sessions, each with one message of ${SIZE} bytes under way`,
    metrics: [{ ...CPU, title: 'server CPU µs/echo' }, { ...RATE, title: 'echoes/s' }, P50, P99, ...LOADS],
    groups: everyContender(async (contender, settings) => {
      const { sessions, warmUp, duration } = settings;
      const work: Work = { kind: 'echo', sessions, size: SIZE, warmUp, duration };
      return withCpu(await run(contender, contender.path, settings, work));
    }, true),
  },
  {
    name: 'push',
    title: ({ pushSessions }) => `Push: one message of ${SIZE} bytes to ${pushSessions} sessions at a time`,
    metrics: [
      { ...CPU, title: 'server CPU µs/delivery' },
      { ...RATE, title: 'deliveries/s' },
      { key: 'p50', title: 'all have it: p50 ms', digits: 1, compared: false },
      { key: 'p99', title: 'p99 ms', digits: 1, compared: false },
      ...LOADS,
    ],
    groups: everyContender(async (contender, settings) => {
      const { pushSessions: sessions, warmUp, duration } = settings;
      const work: Work = { kind: 'push', sessions, size: SIZE, warmUp, duration };
      return withCpu(await run(contender, contender.pushPath, settings, work));
    }),
  },
  {
    name: 'memory',
    title: ({ idleSessions }) =>
      `Memory: ${idleSessions} idle sessions more, after the first ${idleSessions}`,
    metrics: [
      { key: 'rss', title: 'RSS KB/session', digits: 2, compared: true },
      { key: 'heap', title: 'heap KB/session', digits: 2, compared: true },
    ],
    groups: everyContender(async (contender, settings) => {
      const sessions = settings.idleSessions;
      const work: Work = { kind: 'idle', sessions, warmUp: sessions };
      const { before, after } = await run(contender, contender.path, settings, work, true);
      return {
        rss: (after.rss - before.rss) / 1000 / sessions,
        heap: (after.heap - before.heap) / 1000 / sessions,
      };
    }),
  },
  {
    name: 'wire',
    title: () => `Wire: TCP payload per message of ${SIZE} bytes of text`,
    exact: true,
    metrics: [
      { key: 'up', title: 'echo: bytes up', digits: 0, compared: true },
      { key: 'down', title: 'bytes down', digits: 0, compared: true },
      { key: 'pushUp', title: 'pushed: bytes up', digits: 0, compared: false },
      { key: 'pushDown', title: 'bytes down', digits: 0, compared: true },
    ],
    groups: everyContender(async (contender, settings) => {
      const work: Work = { kind: 'wire', size: SIZE, count: WIRE_MESSAGES };
      const { figures } = await run(contender, contender.pushPath, settings, work);
      return figures;
    }),
  },
  {
    name: 'open',
    title: () =>
      `Open: sessions opened, used for one echo of ${SIZE} bytes and left, ${OPEN_CONCURRENCY} at a time`,
    metrics: [
      { ...RATE, title: 'sessions/s' },
      { ...CPU, title: 'server CPU µs/session' },
      { ...P50, title: 'until the echo: p50 ms' },
      P99,
      ...LOADS,
    ],
    groups: everyContender(async (contender, settings) => {
      const { warmUp, duration } = settings;
      const work: Work = { kind: 'open', concurrency: OPEN_CONCURRENCY, size: SIZE, warmUp, duration };
      return withCpu(await run(contender, contender.path, settings, work));
    }),
  },
  {
    name: 'growth',
    title: () => `Growth: more and more sessions, ${GROWTH_CONCURRENCY} messages of ${SIZE} bytes under way`,
    metrics: [
      ...GROWTH.map((count) => ({ ...CPU, key: `cpu${count}`, title: `${count}: CPU µs/echo` })),
      ...GROWTH.map((count) => ({
        key: `rss${count}`,
        title: `${count}: RSS MB`,
        digits: 0,
        compared: false,
      })),
      { key: 'growth', title: 'CPU at 5000 ÷ at 100', digits: 2, compared: false },
    ],
    groups: everyContender(growth),
  },
  native(SIZE),
  native(16_384),
  ...stompScenarios,
  ...workerScenarios,
  ...appScenarios,
  ...statusScenarios,
];

/** One row per contender of every group; `echoes`: also those that differ in echoes only. */
function everyContender(
  make: (contender: Contender, settings: Settings) => Promise<Figures>,
  echoes = false,
): readonly RowGroup[] {
  return groups.map(({ name, contenders }) => ({
    name,
    rows: contenders
      .filter(({ echoOnly }) => echoes || echoOnly === undefined)
      .map((contender) => ({
        name: contender.name,
        ours: contender.server === 'gateway',
        run: (settings) => make(contender, settings),
      })),
  }));
}

/** A new server for each number of sessions. */
async function growth(contender: Contender, settings: Settings): Promise<Figures> {
  const { warmUp, duration } = settings;
  const figures: Record<string, number> = {};
  for (const sessions of settings.growth) {
    const kind = 'turns';
    const work: Work = { kind, sessions, concurrency: GROWTH_CONCURRENCY, size: SIZE, warmUp, duration };
    const measured = await run(contender, contender.path, settings, work);
    figures[`cpu${sessions}`] = withCpu(measured).cpu ?? Number.NaN;
    figures[`rss${sessions}`] = measured.after.rss / 1e6;
  }
  return { ...figures, growth: (figures.cpu5000 ?? Number.NaN) / (figures.cpu100 ?? Number.NaN) };
}

/** A new server for one task. */
async function run(
  { server: name, dialect }: Contender,
  path: string,
  { headers, profile }: Settings,
  work: Work,
  collect = false,
) {
  const server = await startServer(name, [], name === 'gateway' ? profile : undefined);
  try {
    const target = { port: server.port, path, headers: headers(server.port) };
    return await measure({ ...work, dialect, target }, server, collect);
  } finally {
    await server.stop();
  }
}

/** Native WebSockets through what stands before a `ws` server; CPU is that of what stands there. */
function native(size: number): Scenario {
  return {
    name: size === SIZE ? 'native' : 'native-large',
    title: ({ sessions }) =>
      `Native path: ${sessions} WebSockets to a ws server, one message of ${size} bytes under way on each`,
    metrics: [{ ...CPU, title: 'CPU between, µs/echo' }, { ...RATE, title: 'echoes/s' }, P50, P99, ...LOADS],
    groups: [
      {
        name: 'in front of ws',
        rows: middles.map((middle) => ({
          name: middle,
          ours: middle === 'gateway',
          run: (settings) => runNative(middle, size, settings),
        })),
      },
    ],
  };
}

async function runNative(middle: Middle, size: number, settings: Settings): Promise<Figures> {
  const { sessions, warmUp, duration, headers, profile } = settings;
  const backend = await startServer('ws');
  try {
    const between = await startMiddle(middle, backend.port, profile);
    try {
      const { port } = between ?? backend;
      const target = { port, path: '/ws', headers: headers(port) };
      const task: Task = { kind: 'echo', dialect: 'websocket', target, sessions, size, warmUp, duration };
      return withCpu(await measure(task, between));
    } finally {
      await between?.stop();
    }
  } finally {
    await backend.stop();
  }
}

function startMiddle(middle: Middle, backend: number, profile: string | undefined) {
  switch (middle) {
    case 'direct':
      return undefined;
    case 'nginx':
      return startNginx(backend);
    case 'net-pipe':
      return startServer('net-pipe', [String(backend)]);
    case 'gateway':
      return startServer('gateway', [String(backend)], profile);
  }
}
