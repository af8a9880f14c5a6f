import { measure, withCpu } from './measure.ts';
import type { Figures, Task } from './messages.ts';
import { startNginxProxy } from './nginx.ts';
import type { Row, Scenario, Settings } from './scenarios.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** What may stand in front of an application. */
type Front = 'gateway' | 'gateway, no tag' | 'nginx' | 'direct';

const CONNECTIONS = 32;

/** The gateway in front of a whole application, against nginx; CPU is that of what stands there. */
export const appScenarios: readonly Scenario[] = [
  {
    name: 'app',
    title: () => `In front of an application: ${CONNECTIONS} connections, one GET under way on each`,
    metrics: [
      { key: 'cpu', title: 'CPU between, µs/request', digits: 1, compared: true },
      { key: 'rate', title: 'requests/s', digits: 0, compared: true },
      { key: 'p50', title: 'p50 ms', digits: 2, compared: false },
      { key: 'p99', title: 'p99 ms', digits: 2, compared: false },
      { key: 'serverLoad', title: 'server cores', digits: 2, compared: false },
    ],
    groups: [
      { name: 'an asset of 10 KB', rows: rows('/asset.js', ['gateway', 'nginx', 'direct']) },
      {
        name: 'a page of 100 KB',
        rows: rows('/page.html', ['gateway', 'gateway, no tag', 'nginx', 'direct']),
      },
    ],
  },
];

function rows(path: string, fronts: readonly Front[]): readonly Row[] {
  return fronts.map((front) => ({
    name: front,
    ours: front === 'gateway',
    run: (settings) => runFront(front, path, settings),
  }));
}

async function runFront(front: Front, path: string, settings: Settings): Promise<Figures> {
  const { warmUp, duration, headers, profile } = settings;
  const origin = await startServer('origin');
  try {
    const between = await startFront(front, origin.port, profile);
    try {
      const { port } = between ?? origin;
      const target = { port, path, headers: headers(port) };
      const task: Task = { kind: 'get', dialect: 'http', target, sessions: CONNECTIONS, warmUp, duration };
      return withCpu(await measure(task, between));
    } finally {
      await between?.stop();
    }
  } finally {
    await origin.stop();
  }
}

function startFront(
  front: Front,
  origin: number,
  profile: string | undefined,
): Promise<ServerProcess> | undefined {
  switch (front) {
    case 'direct':
      return undefined;
    case 'nginx':
      return startNginxProxy(origin);
    case 'gateway':
      return startServer('app-gateway', [String(origin), 'inject'], profile);
    case 'gateway, no tag':
      return startServer('app-gateway', [String(origin), 'plain']);
  }
}
