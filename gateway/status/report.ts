import type { RecentRefusal } from '../base/recent-refusals.ts';
import type { Gathered, ProcessReport } from './gather.ts';
import type { MinuteRecord } from './history.ts';
import { type Metric, samplesOf, sumOf } from './metric.ts';
import type { BackendState } from './snapshot.ts';

/** Refusals that are shown. */
const MAX_REFUSALS = 100;

/** One route and transport. */
export interface Usage {
  readonly route: string;
  readonly transport: string;
  /** Connections that it carries now. */
  readonly now: number;
  /** Connections that came to it within the last hour, first or by a move. */
  readonly lastHour: number;
}

export interface DowngradeCount {
  readonly route: string;
  readonly transport: string;
  readonly reason: string;
  readonly count: number;
}

/** One process, as the report shows it. */
export interface ProcessLine {
  readonly role: ProcessReport['role'];
  readonly pid: number | undefined;
  readonly generation: number | undefined;
  /** `silent`: it did not answer in time. */
  readonly state: string;
  readonly release?: string;
  readonly uptimeSeconds?: number;
  readonly connections?: number;
  readonly rssBytes?: number;
  readonly lagSeconds?: number;
}

/** The whole state of a gateway: `/status.json`, and what the page shows. */
export interface Report {
  readonly state: 'serving' | 'draining';
  readonly release: string;
  readonly uptimeSeconds: number;
  readonly connections: number;
  readonly nativeConnections: number;
  readonly sessions: number;
  readonly opens: number;
  readonly refused: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly heldBytes: number;
  readonly heldLimitBytes: number;
  /** Processes that did not answer in time. Their numbers are not in the others. */
  readonly silent: number;
  readonly usage: readonly Usage[];
  readonly downgrades: readonly DowngradeCount[];
  readonly refusals: readonly RecentRefusal[];
  readonly backends: readonly BackendState[];
  readonly processes: readonly ProcessLine[];
  readonly links: { readonly up: number; readonly lost: number };
  readonly broker: {
    readonly connections: number;
    readonly queues: number;
    readonly queuedMessages: number;
    readonly storedBytes: number;
  };
  readonly minutes: readonly MinuteRecord[];
}

export function reportOf(
  { processes }: Gathered,
  metrics: readonly Metric[],
  minutes: readonly MinuteRecord[],
): Report {
  const snapshots = processes.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot]));
  const first = processes[0]?.snapshot;
  const natives = sumOf(metrics, 'connections', { transport: 'native' });
  const connections = sumOf(metrics, 'connections');
  const serving = processes.filter(({ role }) => role === 'worker' || role === 'gateway');
  return {
    state: serving.some(({ state }) => state === 'serving') ? 'serving' : 'draining',
    release: first?.release ?? '',
    uptimeSeconds: first?.uptime ?? 0,
    connections,
    nativeConnections: natives,
    sessions: connections - natives,
    opens: sumOf(metrics, 'opens_total'),
    refused: sumOf(metrics, 'refusals_total'),
    messagesIn: sumOf(metrics, 'messages_total', { direction: 'in' }),
    messagesOut: sumOf(metrics, 'messages_total', { direction: 'out' }),
    heldBytes: sumOf(metrics, 'held_bytes'),
    heldLimitBytes: sumOf(metrics, 'held_limit_bytes'),
    silent: processes.filter(({ snapshot }) => snapshot === undefined).length,
    usage: usageOf(metrics, minutes),
    downgrades: downgradesOf(metrics),
    refusals: refusalsOf(snapshots.flatMap(({ refusals }) => refusals)),
    backends: backendsOf(snapshots.flatMap(({ backends }) => backends)),
    processes: processes.map(lineOf),
    links: {
      up: sumOf(metrics, 'links', { state: 'up' }),
      lost: sumOf(metrics, 'links', { state: 'lost' }),
    },
    broker: {
      connections: sumOf(metrics, 'broker_connections'),
      queues: sumOf(metrics, 'broker_queues'),
      queuedMessages: sumOf(metrics, 'broker_queued_messages'),
      storedBytes: sumOf(metrics, 'broker_stored_bytes'),
    },
    minutes,
  };
}

function lineOf({ role, pid, generation, state, snapshot }: ProcessReport): ProcessLine {
  if (snapshot === undefined) return { role, pid, generation, state: `${state}, silent` };
  const { release, uptime, connections, rss, lag } = snapshot;
  return {
    ...{ role, pid, generation, state, release, connections },
    uptimeSeconds: uptime,
    rssBytes: rss,
    lagSeconds: lag,
  };
}

function usageOf(metrics: readonly Metric[], minutes: readonly MinuteRecord[]): Usage[] {
  const found = new Map<string, { route: string; transport: string; now: number; lastHour: number }>();
  const at = (route: string, transport: string) => {
    const key = `${route}\n${transport}`;
    const usage = found.get(key) ?? { route, transport, now: 0, lastHour: 0 };
    found.set(key, usage);
    return usage;
  };
  for (const { labels, value } of samplesOf(metrics, 'connections'))
    at(String(labels.route), String(labels.transport)).now += value;
  for (const { uses } of minutes)
    for (const { route, transport, count } of uses) at(route, transport).lastHour += count;
  return [...found.values()].sort(
    (a, b) => a.route.localeCompare(b.route) || b.now - a.now || b.lastHour - a.lastHour,
  );
}

function downgradesOf(metrics: readonly Metric[]): DowngradeCount[] {
  return samplesOf(metrics, 'downgrades_total')
    .map(({ labels, value }) => ({
      route: String(labels.route),
      transport: String(labels.transport),
      reason: String(labels.reason),
      count: value,
    }))
    .sort((a, b) => b.count - a.count);
}

/** Workers have the same causes: each is shown once. */
function refusalsOf(all: readonly RecentRefusal[]): RecentRefusal[] {
  const found = new Map<string, RecentRefusal>();
  for (const refusal of all) {
    const { code, route, reason, origin, host, backend } = refusal;
    const key = [code, route, reason, origin, host, backend].join('\n');
    const known = found.get(key);
    const age = Math.min(refusal.age, known?.age ?? refusal.age);
    found.set(key, { ...refusal, count: refusal.count + (known?.count ?? 0), age });
  }
  return [...found.values()].sort((a, b) => a.age - b.age).slice(0, MAX_REFUSALS);
}

function backendsOf(all: readonly BackendState[]): BackendState[] {
  const found = new Map<string, BackendState>();
  for (const one of all) {
    const key = `${one.route}\n${one.backend}`;
    const known = found.get(key);
    found.set(key, known === undefined ? one : both(known, one));
  }
  return [...found.values()];
}

/** It fails if it fails for any worker. */
function both(a: BackendState, b: BackendState): BackendState {
  const failures = [a.lastFailure, b.lastFailure].filter((one) => one !== undefined);
  return {
    ...a,
    accepted: a.accepted + b.accepted,
    failed: a.failed + b.failed,
    failing: a.failing + b.failing,
    lastFailure: failures.sort((one, other) => one.age - other.age)[0],
  };
}
