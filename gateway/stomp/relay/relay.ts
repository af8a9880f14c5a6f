import type { Socket } from 'node:net';
import type { Accepted, Backend, Handshake } from '../../backend/backend.ts';
import type { Clock } from '../../base/clock.ts';
import { RefusedError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import { logRefusal } from '../../base/refusal-log.ts';
import type { Channel } from '../../channel/channel.ts';
import { channelPair } from '../../channel/channel-pair.ts';
import { TcpChannel } from '../../channel/tcp-channel.ts';
import { NO_BEATS } from '../heart-beat.ts';
import { selectSubprotocol } from '../version.ts';
import { inChunks } from './chunks.ts';
import { addressName, connectToBroker } from './connect.ts';
import type { BrokerAddress, FramingOptions, RelayOptions } from './options.ts';
import { RelaySession } from './relay-session.ts';
import { Rules } from './rules.ts';

/** What relays work with. */
export interface RelayParts {
  readonly clock: Clock;
  /** Names the route. */
  readonly log: Log;
  /** Its path. */
  readonly route?: string;
  /** Counts what is held on behalf of clients. */
  readonly memory: MemoryBudget;
}

/**
 * A STOMP broker on TCP or TLS, or several of which one is enough. Throws a `StompError` for a
 * malformed pattern.
 */
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
 * Makes a backend that speaks STOMP over WebSocket behave like a relay: one whole frame per
 * message, and the rules of its route. Throws a `StompError` for a malformed pattern.
 */
export function framedBackend(backend: Backend, options: FramingOptions, parts: RelayParts): Backend {
  const join = framing(options, parts);
  return {
    name: backend.name,
    connect: async (handshake, signal): Promise<Accepted> => {
      const accepted = await backend.connect(handshake, signal);
      const { chunkSize } = options;
      const broker = chunkSize === undefined ? accepted.channel : inChunks(accepted.channel, chunkSize);
      return { ...accepted, channel: join(broker, handshake, () => {}) };
    },
  };
}

/** Puts a session in front of a broker's channel. Returns the client's end of it. */
function framing(
  options: FramingOptions,
  { clock, log, route, memory }: RelayParts,
): (broker: Channel, handshake: Handshake, unanswered: () => void) => Channel {
  const rules = new Rules(options);
  const { frame, heartBeat, connectTimeout } = options;
  const ownBeats = heartBeat === 0 ? NO_BEATS : { send: heartBeat, want: heartBeat };
  return (broker, { carrier, remoteAddress: address, openAccount }, unanswered) => {
    const [near, far] = channelPair(openAccount);
    const beats = carrier === 'fallback' ? ownBeats : undefined;
    const ofClient = {
      log: log.with({ remoteAddress: address }),
      client: { remoteAddress: address, route },
      account: memory.account(address),
      beats,
      unanswered,
    };
    new RelaySession(far, broker, { clock, rules, frame, connectTimeout, ...ofClient });
    return near;
  };
}

/** A connection to one of several brokers. */
interface Connected {
  readonly socket: Socket;
  /** To be called if the broker does not answer: new connections then try the next one first. */
  unanswered(): void;
}

/**
 * The brokers of a route. A new connection first tries the one that accepted last, unless that one
 * did not answer: a port mapper accepts for a broker that is down, and the system for one that
 * hangs.
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
    const { brokers, ca, identity, connectTimeout } = this.#options;
    const { clock } = this.#parts;
    const first = this.#first;
    let failure: RefusedError | undefined;
    for (let tries = 0; tries < brokers.length; tries++) {
      const index = (first + tries) % brokers.length;
      const address = brokers[index];
      if (address === undefined || signal.aborted) break;
      try {
        const socket = await connectToBroker(address, { clock, ca, identity, connectTimeout }, signal);
        this.#first = index;
        return { socket, unanswered: () => this.#passOver(index, address) };
      } catch (error) {
        failure = error as RefusedError;
        // Who opens the connection logs the last one, with the client.
        if (brokers.length > 1) this.#logFailure(address, failure);
      }
    }
    if (signal.aborted || failure === undefined) throw new RefusedError('given up');
    throw new RefusedError(`no broker accepts: ${failure.message}`, undefined, {
      cause: failure.cause,
      remedy: failure.remedy,
    });
  }

  #logFailure(address: BrokerAddress, { message: reason }: RefusedError): void {
    const fields = { broker: addressName(address), reason };
    const message = 'broker does not accept';
    logRefusal(this.#parts.log, { level: 'warn', message, fields, cause: reason });
  }

  #passOver(index: number, address: BrokerAddress): void {
    this.#parts.log.warn('broker does not answer CONNECT', { broker: addressName(address) });
    if (this.#first === index) this.#first = (index + 1) % this.#options.brokers.length;
  }
}
