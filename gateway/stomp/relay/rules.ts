import { DestinationPattern, splitDestination } from '../destination.ts';
import { type Frame, type FrameHeaders, makeFrame } from '../frame.ts';
import { encodeHeaders, readConnectHeaders, readHeaders } from '../headers.ts';
import { type Beats, encodeBeats } from '../heart-beat.ts';
import { StompError } from '../stomp-error.ts';
import { acceptableVersions, type Version } from '../version.ts';
import type { RelayRules } from './options.ts';

/** The rules of one route, ready to be applied to the frames of clients. */
export class Rules {
  readonly #rules: RelayRules;
  readonly #subscribe: readonly DestinationPattern[] | undefined;
  readonly #send: readonly DestinationPattern[] | undefined;

  /** Throws a `StompError` for a malformed pattern. */
  constructor(rules: RelayRules) {
    this.#rules = rules;
    this.#subscribe = rules.subscribe?.map((text) => new DestinationPattern(text));
    this.#send = rules.send?.map((text) => new DestinationPattern(text));
  }

  /**
   * CONNECT as the broker gets it. `beats` are the gateway's heart-beats in place of the client's.
   */
  connect(frame: Frame, beats: Beats | undefined): Frame {
    const { virtualHost, login, passcode } = this.#rules;
    const headers = new Map(readConnectHeaders(frame));
    if (virtualHost !== undefined) headers.set('host', virtualHost);
    if (login !== undefined) headers.set('login', login);
    if (passcode !== undefined) headers.set('passcode', passcode);
    if (beats !== undefined) headers.set('heart-beat', encodeBeats(beats));
    // The broker would choose a version newer than those that can be read here.
    const versions = acceptableVersions(headers);
    if (headers.has('accept-version') && versions.length > 0) {
      headers.set('accept-version', versions.join(','));
    }
    return { command: frame.command, headers, body: frame.body };
  }

  /**
   * A frame of a connected client as the broker gets it. If some destinations are not allowed, the
   * frame is encoded anew, so that the broker reads nothing in it that the rules did not see.
   * Throws a `StompError` for a frame that is not allowed.
   */
  apply(frame: Frame, version: Version): Frame {
    if (frame.command === 'CONNECT' || frame.command === 'STOMP') {
      throw new StompError('GW_STOMP_COMMAND', 'connected already');
    }
    // 1.0 allows spaces that brokers read in different ways.
    if (frame.bytes && !this.#isRestricted && version !== '1.0') return frame;
    const headers = readHeaders(frame.headers, version);
    if (!this.#allows(frame.command, headers)) throw notAllowed(frame, headers);
    return { command: frame.command, headers: encodeHeaders(headers, version), body: frame.body };
  }

  #allows(command: string, headers: FrameHeaders): boolean {
    if (command !== 'SEND' && command !== 'SUBSCRIBE') return true;
    // A queue that is subscribed to may send on. A client that is restricted in one of the two must
    // not evade that through the other.
    if (this.#isRestricted && DETOURS.some((name) => headers.has(name))) return false;
    const patterns = command === 'SEND' ? this.#send : this.#subscribe;
    return patterns === undefined || isAmong(patterns, headers.get('destination') ?? '');
  }

  /** Some destinations are not allowed. */
  get #isRestricted(): boolean {
    return this.#send !== undefined || this.#subscribe !== undefined;
  }
}

/** The ERROR names the frame by its receipt, the log line its destination and the option. */
function notAllowed({ command, headers: raw }: Frame, headers: FrameHeaders): StompError {
  const receipt = raw.get('receipt');
  return new StompError('GW_STOMP_DESTINATION', 'the destination is not allowed', {
    headers: receipt === undefined ? {} : { 'receipt-id': receipt },
    fields: {
      destination: headers.get('destination')?.slice(0, 256),
      option: command === 'SEND' ? 'stomp.send' : 'stomp.subscribe',
    },
  });
}

/**
 * Entries that make RabbitMQ read another queue than the destination names, or create one that
 * sends on to another.
 */
const DETOURS = ['x-queue-name', 'x-dead-letter-exchange', 'x-dead-letter-routing-key'];

/**
 * Characters that brokers read in their own ways. In ActiveMQ a comma separates several
 * destinations, options follow a `?`, spaces and control characters at either end are ignored, and
 * `\n` is one of them in 1.0, too.
 */
const DOUBTFUL = /[,?\\\p{Cc}]|^ | $/u;

/**
 * Whether the patterns allow the destination however the broker reads it: RabbitMQ decodes `%23`.
 */
function isAmong(patterns: readonly DestinationPattern[], destination: string): boolean {
  if (DOUBTFUL.test(destination)) return false;
  const readings = [destination, decoded(destination)].map(splitDestination);
  return readings.every((words) => patterns.some((pattern) => pattern.matches(words)));
}

/** Returns the empty string, which no pattern matches, if the text cannot be decoded. */
function decoded(destination: string): string {
  try {
    return decodeURIComponent(destination);
  } catch {
    return '';
  }
}

/**
 * CONNECTED as the client gets it. `beats` are the heart-beats that the gateway offers in place of
 * the broker's.
 */
export function connectedFor(frame: Frame, beats: Beats | undefined): Frame {
  const headers = Object.fromEntries(frame.headers);
  // Without this entry stompjs 2.3 throws before it is connected; 1.0 brokers omit it.
  const offered = beats === undefined ? (headers['heart-beat'] ?? '0,0') : encodeBeats(beats);
  return makeFrame(frame.command, { ...headers, 'heart-beat': offered }, frame.body);
}
