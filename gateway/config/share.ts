import type { ConnectionLimits } from '../base/connection-counts.ts';
import type { MemoryLimits } from '../base/memory-budget.ts';
import type { RegistryLimits } from '../session/registry.ts';
import type { ResolvedOptions } from './resolved.ts';

/** The processes that share the bounds of one gateway. */
export interface Processes {
  /** Those that serve clients. */
  readonly workers: number;
  /** Another one has the embedded brokers. */
  readonly hasBroker: boolean;
}

/** A gateway that is one process. */
export const ONE_PROCESS: Processes = { workers: 1, hasBroker: false };

/** Bounds of one process. */
export interface SharedBounds {
  readonly sessionLimits: RegistryLimits;
  readonly connectionLimits: ConnectionLimits;
  readonly memoryLimits: MemoryLimits;
}

/**
 * What each of several processes may hold, so that all together hold what the options say: an equal
 * part of what is bounded in all. A client's address may use several workers, so its bounds stay
 * whole in each, as far as the part goes. Memory that the options do not bound is bounded by the
 * heap, and each process has its own.
 */
export function shareOf(options: ResolvedOptions, { workers, hasBroker }: Processes): SharedBounds {
  const { sessionLimits, connectionLimits, memoryLimits, isMemoryGiven, stomp } = options;
  // The broker process takes the clients of --stomp-port.
  const takers = workers + (hasBroker && stomp.listen !== undefined ? 1 : 0);
  const holders = isMemoryGiven ? workers + (hasBroker ? 1 : 0) : 1;
  const maxSessions = partOf(sessionLimits.maxSessions, workers);
  const maxConnections = partOf(connectionLimits.maxConnections, takers);
  const memory = partOf(memoryLimits.memory, holders);
  return {
    sessionLimits: {
      maxSessions,
      maxSessionsPerAddress: Math.min(sessionLimits.maxSessionsPerAddress, maxSessions),
    },
    connectionLimits: {
      maxConnections,
      maxConnectionsPerAddress: Math.min(connectionLimits.maxConnectionsPerAddress, maxConnections),
    },
    memoryLimits: { memory, memoryPerAddress: Math.min(memoryLimits.memoryPerAddress, memory) },
  };
}

/** Rounded up: clients are not spread evenly, and the last one in all shall find a place. */
export function partOf(bound: number, processes: number): number {
  return Math.ceil(bound / processes);
}
