import type { Accepted, Backend } from '../../backend/backend.ts';
import type { Clock } from '../../base/clock.ts';
import { RefusedError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import type { Channel } from '../../channel/channel.ts';
import { channelPair } from '../../channel/channel-pair.ts';
import { Rights, type RightsOptions } from '../rights.ts';
import { selectSubprotocol } from '../version.ts';
import { BrokerConnection, type Peer } from './connection.ts';
import { Destinations } from './destinations.ts';
import type { BrokerOptions } from './options.ts';
import { Users } from './users.ts';

/** What a broker works with. */
export interface BrokerParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Counts what the broker holds: for a client under its address, for all under `stomp:`. */
  readonly memory: MemoryBudget;
}

/**
 * The embedded STOMP broker: versions 1.0 to 1.2, `/queue/…` and `/topic/…`, in memory only. It
 * behaves as RabbitMQ and ActiveMQ do where those two agree, so that a route can be pointed at one
 * of them when this broker is too small.
 */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #parts: BrokerParts;
  readonly #destinations: Destinations;
  readonly #users: Users | undefined;
  readonly #rights: Rights;
  #connections = 0;
  #sessions = 0;

  constructor(options: BrokerOptions, parts: BrokerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#destinations = new Destinations(options, parts.memory, parts.log);
    this.#users = options.users && new Users(options.users);
    this.#rights = new Rights(options.rights ?? {});
  }

  /** Its clients, and what its queues hold. */
  get holdings(): Destinations['holdings'] & { readonly connections: number } {
    return { connections: this.#connections, ...this.#destinations.holdings };
  }

  /** One more client may connect. */
  get hasRoom(): boolean {
    return this.#connections < this.#options.maxConnections;
  }

  /** Serves a client. Returns false, and leaves the channel alone, if there are too many. */
  accept(channel: Channel, peer: Peer): boolean {
    if (!this.hasRoom) return false;
    this.#connections++;
    const { clock, memory } = this.#parts;
    const context = {
      options: this.#options,
      clock,
      memory,
      destinations: this.#destinations,
      users: this.#users,
      rights: peer.rights === undefined ? [this.#rights] : [this.#rights, peer.rights],
      session: String(++this.#sessions),
      ended: () => {
        this.#connections--;
      },
    };
    channel.attach(new BrokerConnection(channel, peer, context));
    return true;
  }
}

/** A route to an embedded broker. `log` names the route, `rights` are those of its clients. */
export function brokerBackend(broker: Broker, log: Log, options: RightsOptions = {}): Backend {
  const rights = new Rights(options);
  return {
    name: 'stomp:',
    connect: async ({ protocols, carrier, remoteAddress: address, openAccount }): Promise<Accepted> => {
      const [channel, far] = channelPair(openAccount);
      if (!broker.accept(far, { carrier, address, log: log.with({ remoteAddress: address }), rights })) {
        throw new RefusedError('too many connections', 503);
      }
      return { channel, protocol: selectSubprotocol(protocols) };
    },
  };
}
