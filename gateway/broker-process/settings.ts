import type { ConnectionLimits } from '../base/connection-counts.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { LogOptions } from '../base/log.ts';
import type { MemoryLimits } from '../base/memory-budget.ts';
import type { WrittenAs } from '../base/remedy.ts';
import { higherBounds } from '../config/remedies.ts';
import type { ResolvedOptions } from '../config/resolved.ts';
import { optionTable } from '../config/schema.ts';
import { shareOf } from '../config/share.ts';
import { demoBrokerOptions } from '../demo/backends.ts';
import { demoRoutes } from '../demo/routes.ts';
import type { BrokerOptions } from '../stomp/broker/options.ts';
import { MAIN_BROKER } from '../stomp/broker/remote-broker.ts';
import { brokerOptions } from '../stomp/options.ts';

/** Where options are written in a config file or as flags; never a program's. */
type Written = Exclude<ReturnType<WrittenAs>, { call: unknown }>;

/** All that the broker process needs. It is data, to be sent to a child. */
export interface BrokerSettings {
  /** The Unix socket, or named pipe on Windows, for the workers. */
  readonly socketPath: string;
  /** By the path at which workers ask for them. */
  readonly brokers: Readonly<Record<string, BrokerOptions>>;
  /** The TCP port of the operator's broker; absent: none. */
  readonly listen?: ListenAddress | undefined;
  readonly memoryLimits: MemoryLimits;
  /** Bounds of the TCP port. */
  readonly connectionLimits: ConnectionLimits;
  readonly log: LogOptions;
  /** How remedies in the log are worded. */
  readonly written: Readonly<Record<string, Written>>;
  readonly bounds: Readonly<Record<string, string>>;
}

/**
 * What the broker process of `workers` workers needs; undefined: nothing leads to a broker.
 */
export function brokerSettings(
  options: ResolvedOptions,
  writtenAs: WrittenAs,
  workers: number,
  socketPath: string,
): BrokerSettings | undefined {
  const brokers = brokersOf(options);
  if (Object.keys(brokers).length === 0) return undefined;
  const { memoryLimits, connectionLimits } = shareOf(options, { workers, hasBroker: true });
  return {
    ...{ socketPath, brokers, memoryLimits, connectionLimits },
    listen: options.stomp.listen,
    log: options.log,
    written: Object.fromEntries(Object.keys(optionTable).map((key) => [key, writtenAs(key) as Written])),
    bounds: higherBounds(options),
  };
}

/** Whether a route, or the TCP port, leads to an embedded broker. */
export function needsBroker(options: ResolvedOptions): boolean {
  return Object.keys(brokersOf(options)).length > 0;
}

function brokersOf(options: ResolvedOptions): Record<string, BrokerOptions> {
  const isMainUsed =
    options.stomp.listen !== undefined || options.routes.some(({ backend }) => backend.kind === 'broker');
  const ofDemo = demoRoutes(options).filter(({ backend }) => backend.kind === 'broker');
  return {
    ...(isMainUsed && { [MAIN_BROKER]: brokerOptions(options.stomp) }),
    ...Object.fromEntries(ofDemo.map(({ path }) => [path, demoBrokerOptions])),
  };
}
