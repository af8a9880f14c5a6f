import type { ListenAddress } from '../base/listen.ts';
import { type BrokerOptions, defaultBrokerOptions } from './broker/options.ts';
import type { UserOptions } from './broker/users.ts';
import { frameLimits } from './limits.ts';
import type { RelayRules } from './relay/options.ts';
import type { RightsOptions } from './rights.ts';

/** The embedded broker, as far as an operator has a choice. */
export interface EmbeddedBrokerOptions
  extends RightsOptions,
    Pick<BrokerOptions, 'redeliveries' | 'maxQueues' | 'maxQueued' | 'maxStored' | 'maxSubscriptions'> {
  /** Its plain TCP port; absent: none. */
  readonly listen: ListenAddress | undefined;
  /** By login; absent: every client may connect. */
  readonly users: Readonly<Record<string, UserOptions>> | undefined;
  /** Bytes of a frame, head and body together. */
  readonly maxMessage: number;
}

/** All options of the embedded broker. */
export function brokerOptions(options: EmbeddedBrokerOptions): BrokerOptions {
  const { users, subscribe, send, redeliveries, maxMessage } = options;
  const { maxQueues, maxQueued, maxStored, maxSubscriptions } = options;
  return {
    ...defaultBrokerOptions,
    users,
    rights: { subscribe, send },
    frame: frameLimits(maxMessage),
    // A message of the largest size must fit where it waits for its reader.
    maxBuffered: Math.max(defaultBrokerOptions.maxBuffered, 2 * maxMessage),
    ...{ redeliveries, maxQueues, maxQueued, maxStored, maxSubscriptions },
  };
}

/** STOMP between the clients of a route and its broker. */
export interface StompRouteOptions extends RelayRules {
  /** Milliseconds between heart-beats with the broker of a fallback client; 0 for none. */
  readonly heartbeat: number;
  /** Milliseconds each broker has to accept a connection, and then to answer CONNECT. */
  readonly connectTimeout: number;
  /** Bytes of a message to a WebSocket server; undefined: one message is one frame. */
  readonly chunkSize: number | undefined;
}

/** Milliseconds; `connectTimeout` is that of all backends. */
export const DEFAULT_RELAY_HEARTBEAT = 10_000;
