import type { Backend } from '../backend/backend.ts';
import { echoBackend } from '../backend/echo.ts';
import type { RouteOptions } from '../config/resolved.ts';
import { Broker, type BrokerParts, brokerBackend } from '../stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../stomp/broker/options.ts';
import { type BrokerProcess, remoteBroker } from '../stomp/broker/remote-broker.ts';
import { frameLimits } from '../stomp/limits.ts';

/**
 * The demo has its own broker with small bounds: what an operator's programs send is not for
 * everybody who opens the demo.
 */
export const demoBrokerOptions: BrokerOptions = {
  ...defaultBrokerOptions,
  frame: frameLimits(1024 ** 2),
  maxConnections: 200,
  maxSubscriptions: 32,
  maxTransaction: 1024 ** 2,
  maxBuffered: 4 * 1024 ** 2,
  maxQueues: 200,
  maxQueued: 100,
  maxStored: 4 * 1024 ** 2,
};

/** The backend of a route of the demo. `process`: which one has its broker; absent: this one. */
export function demoBackend(
  { path, backend }: RouteOptions,
  parts: BrokerParts,
  process: BrokerProcess | undefined,
): Backend {
  if (backend.kind !== 'broker') return echoBackend;
  if (process !== undefined) return remoteBroker(process, path, path, parts.clock);
  return brokerBackend(new Broker(demoBrokerOptions, parts), parts.log.with({ route: path }));
}
