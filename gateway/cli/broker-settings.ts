import type { WrittenAs } from '../base/remedy.ts';
import type { BrokerSettings, Written } from '../broker-process/settings.ts';
import { higherBounds } from '../config/remedies.ts';
import type { ResolvedOptions } from '../config/resolved.ts';
import { optionTable } from '../config/schema.ts';
import { shareOf } from '../config/share.ts';
import { demoBrokerOptions } from '../demo/backends.ts';
import { demoRoutes } from '../demo/routes.ts';
import type { BrokerOptions } from '../stomp/broker/options.ts';
import { MAIN_BROKER } from '../stomp/broker/remote-broker.ts';
import { brokerOptions } from '../stomp/options.ts';

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
    hangTimeout: options.processes.workerTimeout,
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
