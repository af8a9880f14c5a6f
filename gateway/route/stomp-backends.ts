import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../base/clock.ts';
import type { ConnectionCounts } from '../base/connection-counts.ts';
import { type Listen, listen } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { RelayBackendOptions, RouteOptions } from '../config/resolved.ts';
import { Broker, brokerBackend } from '../stomp/broker/broker.ts';
import { StompListener } from '../stomp/broker/listener.ts';
import { defaultBrokerOptions } from '../stomp/broker/options.ts';
import { frameLimits } from '../stomp/limits.ts';
import type { EmbeddedBrokerOptions, StompRouteOptions } from '../stomp/options.ts';
import type { FramingOptions } from '../stomp/relay/options.ts';
import { framedBackend, relayBackend } from '../stomp/relay/relay.ts';

/** What the STOMP side of a gateway works with. */
export interface StompParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
  readonly connections: ConnectionCounts;
}

/** The STOMP side of a gateway: its brokers, and the backends that lead to these or to others. */
export class StompBackends {
  readonly #options: EmbeddedBrokerOptions;
  readonly #parts: StompParts;
  readonly #broker: Broker;
  #listener: StompListener | undefined;

  constructor(options: EmbeddedBrokerOptions, parts: StompParts) {
    this.#options = options;
    this.#parts = parts;
    const { users, redeliveries, maxMessage, maxQueues, maxQueued, maxStored, maxSubscriptions } = options;
    const rights = { subscribe: options.subscribe, send: options.send };
    const bounds = { redeliveries, maxQueues, maxQueued, maxStored, maxSubscriptions };
    // A message of the largest size must fit where it waits for its reader.
    const maxBuffered = Math.max(defaultBrokerOptions.maxBuffered, 2 * maxMessage);
    const frame = frameLimits(maxMessage);
    this.#broker = new Broker(
      { ...defaultBrokerOptions, users, rights, frame, maxBuffered, ...bounds },
      parts,
    );
  }

  /** The embedded broker, the same for all routes of the operator. */
  broker(route: RouteOptions): Backend {
    return brokerBackend(this.#broker, this.#parts.log.with({ route: route.path || '/' }), route.stomp);
  }

  relay(route: RouteOptions, { brokers }: RelayBackendOptions): Backend {
    const stomp = route.stomp as StompRouteOptions;
    return relayBackend({ ...framing(route, stomp), brokers, ca: route.ca }, this.#partsOf(route));
  }

  /** A WebSocket server that speaks STOMP. */
  framed(route: RouteOptions, stomp: StompRouteOptions, backend: Backend): Backend {
    return framedBackend(backend, framing(route, stomp), this.#partsOf(route));
  }

  /**
   * Opens the embedded broker's TCP port if one is configured. Resolves with its number; rejects
   * with Node's own errors.
   */
  async listen(via: Listen = listen): Promise<number | undefined> {
    const { listen: address } = this.#options;
    if (address === undefined) return undefined;
    this.#listener = new StompListener(this.#broker, this.#parts);
    return this.#listener.listen(address, via);
  }

  /** Leaves the TCP port to others. */
  retire(): void {
    this.#listener?.retire();
  }

  close(): void {
    this.#listener?.close();
  }

  #partsOf({ path: route }: RouteOptions): StompParts & { readonly route: string } {
    return { ...this.#parts, route, log: this.#parts.log.with({ route: route || '/' }) };
  }
}

function framing(route: RouteOptions, stomp: StompRouteOptions): FramingOptions {
  const { heartbeat, ...rules } = stomp;
  return { ...rules, frame: frameLimits(route.maxMessage), heartBeat: heartbeat };
}
