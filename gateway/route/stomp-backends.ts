import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../base/clock.ts';
import type { ConnectionCounts } from '../base/connection-counts.ts';
import { type Listen, listen } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { RelayBackendOptions, RouteOptions } from '../config/resolved.ts';
import { Broker, brokerBackend } from '../stomp/broker/broker.ts';
import { StompListener } from '../stomp/broker/listener.ts';
import { type BrokerProcess, MAIN_BROKER, remoteBroker } from '../stomp/broker/remote-broker.ts';
import { frameLimits } from '../stomp/limits.ts';
import { brokerOptions, type EmbeddedBrokerOptions, type StompRouteOptions } from '../stomp/options.ts';
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
  readonly #process: BrokerProcess | undefined;
  /** Nobody connects to it where a process has the brokers. */
  readonly #broker: Broker;
  #listener: StompListener | undefined;

  /** `process`: which one has the embedded broker; absent: this one. */
  constructor(options: EmbeddedBrokerOptions, parts: StompParts, process: BrokerProcess | undefined) {
    this.#options = options;
    this.#parts = parts;
    this.#process = process;
    this.#broker = new Broker(brokerOptions(options), parts);
  }

  /** What the embedded broker holds; undefined: it is another process. */
  get holdings(): Broker['holdings'] | undefined {
    return this.#process === undefined ? this.#broker.holdings : undefined;
  }

  /** The embedded broker, the same for all routes of the operator. */
  broker({ path, stomp }: RouteOptions): Backend {
    const { log, clock } = this.#parts;
    if (this.#process !== undefined) return remoteBroker(this.#process, MAIN_BROKER, path, clock, stomp);
    return brokerBackend(this.#broker, log.with({ route: path || '/' }), stomp);
  }

  relay(route: RouteOptions, { brokers }: RelayBackendOptions): Backend {
    const stomp = route.stomp as StompRouteOptions;
    return relayBackend(
      { ...framing(route, stomp), brokers, ca: route.ca, identity: route.identity },
      this.#partsOf(route),
    );
  }

  /** A WebSocket server that speaks STOMP. */
  framed(route: RouteOptions, stomp: StompRouteOptions, backend: Backend): Backend {
    return framedBackend(backend, framing(route, stomp), this.#partsOf(route));
  }

  /**
   * Opens the embedded broker's TCP port if one is configured and the broker is here. Resolves with
   * its number; rejects with Node's own errors.
   */
  async listen(via: Listen = listen): Promise<number | undefined> {
    const { listen: address } = this.#options;
    if (address === undefined || this.#process !== undefined) return undefined;
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
