import type { Accepted, Backend } from '../../backend/backend.ts';
import type { Clock } from '../../base/clock.ts';
import { RefusedError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Channel } from '../../channel/channel.ts';
import { channelPair } from '../../channel/channel-pair.ts';
import { selectSubprotocol } from '../version.ts';
import { BrokerConnection, type Peer } from './connection.ts';
import { Exchange } from './exchange.ts';
import type { BrokerOptions } from './options.ts';
import { Users } from './users.ts';

/**
 * The embedded STOMP broker: versions 1.0 to 1.2, `/queue/…` and `/topic/…`, in memory only. It behaves as RabbitMQ and ActiveMQ do
 * where those two agree, so that whoever outgrows it points the route at one of them.
 */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #exchange: Exchange;
  readonly #users: Users | undefined;
  #connections = 0;
  #sessions = 0;

  constructor(options: BrokerOptions, parts: { readonly clock: Clock; readonly log: Log }) {
    this.#options = options;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#exchange = new Exchange(options, parts.log);
    this.#users = options.users && new Users(options.users);
  }

  /** Serves a client. False, and nothing is done with the channel, if there are too many. */
  accept(channel: Channel, peer: Peer): boolean {
    if (this.#connections >= this.#options.maxConnections) return false;
    this.#connections++;
    const context = {
      options: this.#options,
      clock: this.#clock,
      log: this.#log.with({ address: peer.address }),
      exchange: this.#exchange,
      users: this.#users,
      session: String(++this.#sessions),
      ended: () => {
        this.#connections--;
      },
    };
    channel.attach(new BrokerConnection(channel, peer, context));
    return true;
  }
}

/** A route to an embedded broker. */
export function brokerBackend(broker: Broker): Backend {
  return {
    name: 'stomp:',
    connect: async ({ protocols, carrier, remoteAddress }): Promise<Accepted> => {
      const [channel, far] = channelPair();
      if (!broker.accept(far, { carrier, address: remoteAddress })) {
        throw new RefusedError('too many connections', 503);
      }
      return { channel, protocol: selectSubprotocol(protocols) };
    },
  };
}
