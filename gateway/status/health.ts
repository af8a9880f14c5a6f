import type { Gathered } from './gather.ts';
import { sumOf } from './metric.ts';

/** The state of the gateway in a few numbers, for PRTG, Zabbix and Nagios. */
export interface Health {
  /** `draining`: no process takes new clients any more; `starting`: none does yet. */
  readonly status: 'ok' | 'starting' | 'draining';
  readonly connections: number;
  readonly sessions: number;
  readonly nativeConnections: number;
  /** Processes that serve, and those that did not answer in time. */
  readonly serving: number;
  readonly silent: number;
  /** Routes whose backend refused or failed since it last accepted. */
  readonly failingBackends: number;
  /** Bytes that are held for clients, of those that may be: per cent. */
  readonly heldPercent: number;
  /** Seconds that the event loop of a process is late at most. */
  readonly lagSeconds: number;
}

export function healthOf({ processes }: Gathered): Health {
  const snapshots = processes.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot]));
  const sum = (name: string, labels?: Readonly<Record<string, string>>): number =>
    snapshots.reduce((total, { metrics }) => total + sumOf(metrics, name, labels), 0);
  const serving = processes.filter(
    ({ role, state }) => (role === 'worker' || role === 'gateway') && state === 'serving',
  );
  const isStarting = processes.every(({ role }) => role === 'supervisor' || role === 'broker');
  const connections = sum('connections');
  const natives = sum('connections', { transport: 'native' });
  const failing = snapshots.flatMap(({ backends }) => backends.filter((one) => one.failing > 0));
  return {
    status: serving.length > 0 ? 'ok' : isStarting ? 'starting' : 'draining',
    connections,
    sessions: connections - natives,
    nativeConnections: natives,
    serving: serving.length,
    silent: processes.length - snapshots.length,
    failingBackends: new Set(failing.map(({ route }) => route)).size,
    heldPercent: Math.round((100 * sum('held_bytes')) / Math.max(1, sum('held_limit_bytes'))),
    lagSeconds: Math.max(0, ...snapshots.map(({ lag }) => lag)),
  };
}
