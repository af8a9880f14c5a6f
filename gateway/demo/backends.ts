import type { Backend } from '../backend/backend.ts';
import { echoBackend } from '../backend/echo.ts';
import type { RouteOptions } from '../config/resolved.ts';
import { Broker, type BrokerParts, brokerBackend } from '../stomp/broker/broker.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../stomp/broker/options.ts';
import { frameLimits } from '../stomp/limits.ts';

/**
 * The demo has its own broker with small bounds: what an operator's programs send is not for
 * everybody who opens the demo.
 */
const brokerOptions: BrokerOptions = {
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

/** The backend of a route of the demo. */
export function demoBackend({ path, backend }: RouteOptions, parts: BrokerParts): Backend {
  if (backend.kind !== 'broker') return echoBackend;
  return brokerBackend(new Broker(brokerOptions, parts), parts.log.with({ route: path }));
}
