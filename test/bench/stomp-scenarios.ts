import { readFile } from 'node:fs/promises';
import { type RealBroker, startRabbitMq } from '../support/stomp/brokers.ts';
import { measure, withCpu } from './measure.ts';
import type { Figures, Target, Task, Usage } from './messages.ts';
import { groupCpuTime } from './process-usage.ts';
import type { Metric, Row, RowGroup, Scenario, Settings } from './scenarios.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** Bytes of a message's body. */
const SIZE = 100;

/** Descriptors that a process needs beside those of its clients. */
const SPARE = 200;

const CPU: Metric = { key: 'cpu', title: 'CPU µs/message', digits: 1, compared: true };
const COMMON: readonly Metric[] = [
  { key: 'between', title: 'gateway alone', digits: 1, compared: false },
  { key: 'rate', title: 'messages/s', digits: 0, compared: true },
];
const LOADS: readonly Metric[] = [
  { key: 'serverLoad', title: 'server cores', digits: 2, compared: false },
  { key: 'generatorLoad', title: 'generator cores', digits: 2, compared: false },
];

/** The part of a task that is the same for all that are compared. */
type Load = (
  settings: Settings,
  sockets: number,
) => Promise<Omit<Task & { kind: 'echo' | 'push' }, 'target'>>;

/** Relay and embedded broker, beside RabbitMQ's own STOMP over WebSocket. */
export const stompScenarios: readonly Scenario[] = [
  {
    name: 'stomp',
    title: ({ sessions }) =>
      `STOMP: ${sessions} WebSockets, each with one message of ${SIZE} bytes to its own topic under way`,
    metrics: [
      CPU,
      ...COMMON,
      { key: 'p50', title: 'p50 ms', digits: 2, compared: false },
      { key: 'p99', title: 'p99 ms', digits: 2, compared: false },
      ...LOADS,
    ],
    groups: groups(async ({ sessions, warmUp, duration }) => {
      return { kind: 'echo', dialect: 'stomp echo', sessions, size: SIZE, warmUp, duration };
    }),
  },
  fanOut('stomp-fan-out', 1),
  fanOut('stomp-fan-out-large', 10),
];

/**
 * `times` the subscribers of other scenarios. A message takes as many times longer then: half of
 * that is given to it.
 */
function fanOut(name: string, times: number): Scenario {
  const subscribersOf = ({ pushSessions }: Pick<Settings, 'pushSessions'>) => times * pushSessions;
  return {
    name,
    title: (scale) =>
      `STOMP fan-out: one message of ${SIZE} bytes to a topic with ${subscribersOf(scale)} subscribers at a time`,
    metrics: [
      { key: 'subscribers', title: 'subscribers', digits: 0, compared: false },
      CPU,
      ...COMMON,
      { key: 'p50', title: 'all have it: p50 ms', digits: 1, compared: false },
      { key: 'p99', title: 'p99 ms', digits: 1, compared: false },
      ...LOADS,
    ],
    groups: groups(async (settings, sockets) => {
      const warmUp = Math.ceil(times / 2) * settings.warmUp;
      const duration = Math.ceil(times / 2) * settings.duration;
      const affordable = Math.floor(((await openFiles()) - SPARE) / sockets);
      const sessions = Math.min(subscribersOf(settings), affordable);
      return { kind: 'push', dialect: 'stomp subscriber', sessions, size: SIZE, warmUp, duration };
    }),
  };
}

/** Open files that a process of ours may have; what it starts inherits it. */
async function openFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'latin1').catch(() => '');
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
}

function groups(load: Load): readonly RowGroup[] {
  const webStomp: Row = {
    name: 'rabbitmq web-stomp',
    ours: false,
    run: (settings) =>
      withRabbitMq(async (rabbit) => {
        const server = asServer(rabbit);
        return run(load, settings, server, { port: rabbit.webPort, path: '/ws' }, 1);
      }),
  };
  const broker: Row = {
    name: 'gateway, embedded broker',
    ours: true,
    run: async (settings) => {
      const server = await startServer('stomp', [], settings.profile);
      try {
        return await run(load, settings, server, { port: server.port, path: '/stomp' }, 1);
      } finally {
        await server.stop();
      }
    },
  };
  const relay: Row = {
    name: 'gateway, relay to rabbitmq',
    ours: true,
    needs: 'rabbitmq',
    run: (settings) =>
      withRabbitMq(async (rabbit) => {
        const server = await startServer('stomp', [String(rabbit.port)], settings.profile);
        try {
          return await runRelay(load, settings, server, asServer(rabbit));
        } finally {
          await server.stop();
        }
      }),
  };
  return [
    { name: 'stomp broker', rows: [broker, webStomp] },
    { name: 'stomp relay', rows: [relay, webStomp] },
  ];
}

/** CPU is that of gateway and broker together, with the gateway's share beside it. */
async function runRelay(
  load: Load,
  settings: Settings,
  gateway: ServerProcess,
  rabbit: ServerProcess,
): Promise<Figures> {
  const shares: number[] = [];
  const both: ServerProcess = {
    ...gateway,
    usage: async (collect) => {
      const [own, behind] = await Promise.all([gateway.usage(collect), rabbit.usage(collect)]);
      shares.push(own.cpu);
      return { ...own, cpu: own.cpu + behind.cpu };
    },
  };
  const figures = await run(load, settings, both, { port: gateway.port, path: '/relay' }, 2);
  const [begin = Number.NaN, end = Number.NaN] = shares;
  return { ...figures, between: (end - begin) / (figures.count ?? Number.NaN) };
}

async function run(
  load: Load,
  settings: Settings,
  server: ServerProcess,
  { port, path }: Pick<Target, 'port' | 'path'>,
  sockets: number,
): Promise<Figures> {
  const target = { port, path, headers: settings.headers(port) };
  const task = await load(settings, sockets);
  const figures = withCpu(await measure({ ...task, target }, server));
  if (figures.count === 0) throw new Error('nothing was finished within the measured time');
  return { ...figures, subscribers: task.sessions };
}

async function withRabbitMq(use: (rabbit: RealBroker) => Promise<Figures>): Promise<Figures> {
  const rabbit = await startRabbitMq();
  try {
    return await use(rabbit);
  } finally {
    await rabbit.stop();
  }
}

function asServer(rabbit: RealBroker): ServerProcess {
  const usage = async (): Promise<Usage> => {
    return { cpu: await groupCpuTime(rabbit.group()), rss: Number.NaN, heap: Number.NaN };
  };
  return { port: rabbit.webPort, usage, stop: () => rabbit.stop() };
}
