import type { Socket } from 'node:net';
import type { Accepted, Backend, Handshake } from '../../backend/backend.ts';
import type { Clock } from '../../base/clock.ts';
import { RefusedError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Channel } from '../../channel/channel.ts';
import { channelPair } from '../../channel/channel-pair.ts';
import { TcpChannel } from '../../channel/tcp-channel.ts';
import { NO_BEATS } from '../heart-beat.ts';
import { selectSubprotocol } from '../version.ts';
import { addressName, connectToBroker } from './connect.ts';
import type { BrokerAddress, FramingOptions, RelayOptions } from './options.ts';
import { RelaySession } from './relay-session.ts';
import { Rules } from './rules.ts';

/** What relays work with. */
export interface RelayParts {
  readonly clock: Clock;
  readonly log: Log;
}

/** A STOMP broker on TCP or TLS, or several of which one is enough. Throws a `StompError` for a pattern that is none. */
export function relayBackend(options: RelayOptions, parts: RelayParts): Backend {
  const brokers = new Brokers(options, parts);
  const join = framing(options, parts);
  return {
    name: options.brokers.map(addressName).join(' '),
    connect: async (handshake, signal): Promise<Accepted> => {
      const { socket, unanswered } = await brokers.connect(signal);
      const channel = join(new TcpChannel(socket, parts.clock), handshake, unanswered);
      return { channel, protocol: selectSubprotocol(handshake.protocols) };
    },
  };
}

/**
 * A backend that speaks STOMP over WebSocket, given what a relay gives: whole frames, one in each message, and the rules of its route.
 * Throws a `StompError` for a pattern that is none.
 */
export function framedBackend(backend: Backend, options: FramingOptions, parts: RelayParts): Backend {
  const join = framing(options, parts);
  return {
    name: backend.name,
    connect: async (handshake, signal): Promise<Accepted> => {
      const accepted = await backend.connect(handshake, signal);
      return { ...accepted, channel: join(accepted.channel, handshake, () => {}) };
    },
  };
}

/** Puts a session in front of a broker's channel, and answers the client's end of it. */
function framing(
  options: FramingOptions,
  { clock, log }: RelayParts,
): (broker: Channel, handshake: Handshake, unanswered: () => void) => Channel {
  const rules = new Rules(options);
  const { frame, heartBeat, connectTimeout } = options;
  const ownBeats = heartBeat === 0 ? NO_BEATS : { send: heartBeat, want: heartBeat };
  return (broker, { carrier, remoteAddress }, unanswered) => {
    const [near, far] = channelPair();
    const beats = carrier === 'fallback' ? ownBeats : undefined;
    const ofClient = { log: log.with({ address: remoteAddress }), beats, unanswered };
    new RelaySession(far, broker, { clock, rules, frame, connectTimeout, ...ofClient });
    return near;
  };
}

/** A connection to one of several brokers. */
interface Connected {
  readonly socket: Socket;
  /** To be called if the broker does not answer: new connections begin with the next one. */
  unanswered(): void;
}

/**
 * The brokers of a route. A new connection begins with the one that accepted last, unless it did not answer then: a port mapper accepts for
 * a broker that is not there, and the system for one that hangs.
 */
class Brokers {
  readonly #options: RelayOptions;
  readonly #parts: RelayParts;
  #first = 0;

  constructor(options: RelayOptions, parts: RelayParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async connect(signal: AbortSignal): Promise<Connected> {
    const { brokers, ca, connectTimeout } = this.#options;
    const { clock, log } = this.#parts;
    const first = this.#first;
    for (let tries = 0; tries < brokers.length; tries++) {
      const index = (first + tries) % brokers.length;
      const address = brokers[index];
      if (address === undefined || signal.aborted) break;
      try {
        const socket = await connectToBroker(address, { clock, ca, connectTimeout }, signal);
        this.#first = index;
        return { socket, unanswered: () => this.#passOver(index, address) };
      } catch (error) {
        log.warn('broker does not accept', { reason: (error as Error).message });
      }
    }
    throw new RefusedError(signal.aborted ? 'given up' : 'no broker accepts');
  }

  #passOver(index: number, address: BrokerAddress): void {
    this.#parts.log.warn('broker does not answer CONNECT', { broker: addressName(address) });
    if (this.#first === index) this.#first = (index + 1) % this.#options.brokers.length;
  }
}
