import { type Clock, systemClock } from '../../../gateway/base/clock.ts';
import { ConnectionCounts } from '../../../gateway/base/connection-counts.ts';
import { type Log, silentLog } from '../../../gateway/base/log.ts';
import { MemoryBudget, type MemoryLimits } from '../../../gateway/base/memory-budget.ts';

const UNBOUNDED = Number.POSITIVE_INFINITY;

/** What brokers, their ports and relays work with, without bounds unless some are given. */
export function stompParts(
  given: {
    readonly clock?: Clock;
    readonly log?: Log;
    readonly limits?: Partial<MemoryLimits>;
    readonly maxConnections?: number;
  } = {},
): {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
  readonly connections: ConnectionCounts;
} {
  const { clock = systemClock, log = silentLog, limits, maxConnections = UNBOUNDED } = given;
  return {
    clock,
    log,
    memory: new MemoryBudget({ memory: UNBOUNDED, memoryPerAddress: UNBOUNDED, ...limits }),
    connections: new ConnectionCounts({ maxConnections, maxConnectionsPerAddress: maxConnections }),
  };
}
