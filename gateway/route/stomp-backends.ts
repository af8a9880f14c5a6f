import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type {
  RelayBackendOptions,
  RouteOptions,
  StompOptions,
  StompRouteOptions,
} from '../config/resolved.ts';
import { Broker, brokerBackend } from '../stomp/broker/broker.ts';
import { StompListener } from '../stomp/broker/listener.ts';
import { type BrokerOptions, defaultBrokerOptions } from '../stomp/broker/options.ts';
import { frameLimits } from '../stomp/limits.ts';
import type { FramingOptions } from '../stomp/relay/options.ts';
import { framedBackend, relayBackend } from '../stomp/relay/relay.ts';

/**
 * The demo's broker is one of its own: what an operator's programs send is not for everyone who opens the demo, and its bounds are small.
 */
const demoBroker: BrokerOptions = {
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

/** The STOMP side of a gateway: its brokers, and the backends that lead to them or elsewhere. */
export class StompBackends {
  readonly #options: StompOptions;
  readonly #parts: { readonly clock: Clock; readonly log: Log };
  readonly #broker: Broker;
  readonly #demoBroker: Broker;
  #listener: StompListener | undefined;

  constructor(options: StompOptions, parts: { readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
    this.#parts = parts;
    const { users, redeliveries, maxMessage, maxQueues, maxQueued, maxStored, maxSubscriptions } = options;
    const bounds = { redeliveries, maxQueues, maxQueued, maxStored, maxSubscriptions };
    // A message of the largest size must find room where it waits for its reader.
    const maxBuffered = Math.max(defaultBrokerOptions.maxBuffered, 2 * maxMessage);
    const frame = frameLimits(maxMessage);
    this.#broker = new Broker({ ...defaultBrokerOptions, users, frame, maxBuffered, ...bounds }, parts);
    this.#demoBroker = new Broker(demoBroker, parts);
  }

  /** The embedded broker, the same for all routes of the operator. */
  broker(route: RouteOptions): Backend {
    return brokerBackend(route.sameOrigin ? this.#demoBroker : this.#broker);
  }

  relay(route: RouteOptions, { brokers }: RelayBackendOptions): Backend {
    const stomp = route.stomp as StompRouteOptions;
    return relayBackend({ ...framing(route, stomp), brokers, ca: route.ca }, this.#parts);
  }

  /** A WebSocket server that speaks STOMP. */
  framed(route: RouteOptions, stomp: StompRouteOptions, backend: Backend): Backend {
    return framedBackend(backend, framing(route, stomp), this.#parts);
  }

  /** Serves the embedded broker's own port, if there is to be one. Resolves with its number; rejects with Node's own errors. */
  async listen(): Promise<number | undefined> {
    const { listen } = this.#options;
    if (listen === undefined) return undefined;
    this.#listener = new StompListener(this.#broker, this.#parts.clock);
    return this.#listener.listen(listen);
  }

  close(): void {
    this.#listener?.close();
  }
}

function framing(route: RouteOptions, stomp: StompRouteOptions): FramingOptions {
  const { heartbeat, ...rules } = stomp;
  return { ...rules, frame: frameLimits(route.maxMessage), heartBeat: heartbeat };
}
