import { program } from '../engines/programs.ts';
import { measure, withCpu } from './measure.ts';
import type { Figures, Task } from './messages.ts';
import { type NodesProcess, startNodes, startWorkers } from './nodes.ts';
import type { Row, RowGroup, Scenario, Settings } from './scenarios.ts';

/** Bytes of a message. */
const SIZE = 100;
const DIALECTS = ['gateway xhr-streaming', 'gateway xhr-polling'] as const;

/**
 * What it costs that any process may answer. CPU is that of all gateway processes, the supervisor
 * too. Connections land at random, so of n processes n − 1 in n requests are for another one.
 */
const echoes: Scenario = {
  name: 'workers',
  title: ({ sessions }) =>
    `Several processes: ${sessions} sessions, each with one message of ${SIZE} bytes under way`,
  metrics: [
    { key: 'cpu', title: 'CPU µs/echo', digits: 1, compared: true },
    { key: 'nats', title: 'NATS server µs/echo', digits: 1, compared: false },
    { key: 'rate', title: 'echoes/s', digits: 0, compared: true },
    { key: 'p50', title: 'p50 ms', digits: 2, compared: false },
    { key: 'p99', title: 'p99 ms', digits: 2, compared: false },
    { key: 'serverLoad', title: 'server cores', digits: 2, compared: false },
    { key: 'generatorLoad', title: 'generator cores', digits: 2, compared: false },
  ],
  groups: DIALECTS.flatMap(groupsOf),
};

/** How the sessions of a gateway are spread over its processes, and what they hold. */
const idle: Scenario = {
  name: 'workers-idle',
  title: ({ idleSessions }) =>
    `Several processes: ${4 * idleSessions} idle sessions more, after the first ${idleSessions}`,
  metrics: [
    { key: 'rss', title: 'RSS of all processes, KB/session', digits: 2, compared: true },
    {
      key: 'imbalance',
      title: 'sessions of the fullest process above the mean, %',
      digits: 1,
      compared: false,
    },
  ],
  groups: DIALECTS.map((dialect) => ({
    name: `${dialect.replace('gateway ', '')}, idle`,
    rows: [
      { ...idleRow('gateway, 4 workers', dialect, 4), ours: true },
      idleRow('one process', dialect, undefined),
    ],
  })),
};

export const workerScenarios: readonly Scenario[] = [echoes, idle];

function idleRow(name: string, dialect: string, workers: number | undefined): Row {
  return {
    name: `${name}: ${dialect.replace('gateway ', '')}, idle`,
    ours: false,
    run: async ({ idleSessions, headers }) => {
      const gateway = await startWorkers(workers);
      try {
        const { port } = gateway;
        const sessions = 4 * idleSessions;
        const target = { port, path: '/echo', headers: headers(port) };
        const task: Task = { kind: 'idle', dialect, target, sessions, warmUp: idleSessions };
        const { figures, before, after } = await measure(task, gateway);
        return { ...figures, rss: (after.rss - before.rss) / 1000 / sessions };
      } finally {
        await gateway.stop();
      }
    },
  };
}

function groupsOf(dialect: string): readonly RowGroup[] {
  const one = row('one process', dialect, () => startWorkers(undefined));
  const others: readonly Row[] = [
    row('gateway, 1 worker', dialect, () => startWorkers(1)),
    row('gateway, 2 workers', dialect, () => startWorkers(2)),
    row('gateway, 3 workers', dialect, () => startWorkers(3)),
    overNats('gateway, 2 processes over NATS', dialect, false),
    overNats('gateway, 2 processes over NATS, led by the address', dialect, true),
  ];
  return others.map((other) => ({
    name: other.name.replace('gateway, ', ''),
    rows: [{ ...other, ours: true }, one],
  }));
}

function overNats(name: string, dialect: string, isRouted: boolean): Row {
  return { ...row(name, dialect, () => startNodes(2), isRouted), needs: 'nats-server' };
}

/** Whether a NATS server can be started here. */
export function hasNats(): boolean {
  return program('nats-server') !== undefined;
}

function row(name: string, dialect: string, start: () => Promise<NodesProcess>, routed = false): Row {
  return {
    name: `${name}: ${dialect.replace('gateway ', '')}`,
    ours: false,
    run: async (settings) => {
      const gateway = await start();
      try {
        return await run(gateway, dialect, settings, routed);
      } finally {
        await gateway.stop();
      }
    },
  };
}

async function run(
  gateway: NodesProcess,
  dialect: string,
  { sessions, warmUp, duration, headers }: Settings,
  routed: boolean,
): Promise<Figures> {
  const { port, nodes } = gateway;
  const target = { port, path: '/echo', headers: headers(port), ...(nodes && { nodes, routed }) };
  const task: Task = { kind: 'echo', dialect, target, sessions, size: SIZE, warmUp, duration };
  const marks: number[] = [];
  const counted: NodesProcess = {
    ...gateway,
    usage: async (collect) => {
      const [own, broker] = await Promise.all([gateway.usage(collect), gateway.natsCpu()]);
      marks.push(broker);
      return own;
    },
  };
  const figures = withCpu(await measure(task, counted));
  const [begin = 0, end = 0] = marks;
  return { ...figures, nats: (end - begin) / (figures.count ?? Number.NaN) };
}
