import { DestinationPattern } from '../destination.ts';
import { type Frame, type FrameHeaders, makeFrame } from '../frame.ts';
import { encodeHeaders, readConnectHeaders, readHeaders } from '../headers.ts';
import { type Beats, encodeBeats } from '../heart-beat.ts';
import { StompError } from '../stomp-error.ts';
import { acceptableVersions, type Version } from '../version.ts';
import type { RelayRules } from './options.ts';

/** The rules of one route, ready to be applied to what clients send. */
export class Rules {
  readonly #rules: RelayRules;
  readonly #subscribe: readonly DestinationPattern[] | undefined;
  readonly #send: readonly DestinationPattern[] | undefined;

  /** Throws a `StompError` for a pattern that is none. */
  constructor(rules: RelayRules) {
    this.#rules = rules;
    this.#subscribe = rules.subscribe?.map((text) => new DestinationPattern(text));
    this.#send = rules.send?.map((text) => new DestinationPattern(text));
  }

  /** CONNECT as it goes to the broker. `beats`: the gateway's own heart-beats in place of the client's. */
  connect(frame: Frame, beats: Beats | undefined): Frame {
    const { virtualHost, login, passcode } = this.#rules;
    const headers = new Map(readConnectHeaders(frame));
    if (virtualHost !== undefined) headers.set('host', virtualHost);
    if (login !== undefined) headers.set('login', login);
    if (passcode !== undefined) headers.set('passcode', passcode);
    if (beats !== undefined) headers.set('heart-beat', encodeBeats(beats));
    // A version that is newer than we know would be settled on, and could not be read.
    const versions = acceptableVersions(headers);
    if (headers.has('accept-version') && versions.length > 0) {
      headers.set('accept-version', versions.join(','));
    }
    return { command: frame.command, headers, body: frame.body };
  }

  /**
   * A frame of a connected client as it goes to the broker. Where not every destination is allowed it is spelled anew, so that the broker reads
   * nothing in it that the rules were not applied to. Throws a `StompError` for one that is not allowed.
   */
  apply(frame: Frame, version: Version): Frame {
    if (frame.command === 'CONNECT' || frame.command === 'STOMP') throw new StompError('connected already');
    // 1.0 allows spaces that brokers read in different ways.
    if (frame.bytes && !this.#isBound && version !== '1.0') return frame;
    const headers = readHeaders(frame.headers, version);
    if (!this.#allows(frame.command, headers)) {
      throw new StompError('the destination is not allowed', receiptOf(frame));
    }
    return { command: frame.command, headers: encodeHeaders(headers, version), body: frame.body };
  }

  #allows(command: string, headers: FrameHeaders): boolean {
    if (command !== 'SEND' && command !== 'SUBSCRIBE') return true;
    // A queue that is subscribed to may send on: whoever is bound in one of the two is not to get round it by the other.
    if (this.#isBound && DETOURS.some((name) => headers.has(name))) return false;
    const patterns = command === 'SEND' ? this.#send : this.#subscribe;
    return patterns === undefined || isAmong(patterns, headers.get('destination') ?? '');
  }

  /** Not every destination is allowed. */
  get #isBound(): boolean {
    return this.#send !== undefined || this.#subscribe !== undefined;
  }
}

/** What tells a client which of its frames an ERROR is about. */
function receiptOf({ headers }: Frame): Record<string, string> {
  const receipt = headers.get('receipt');
  return receipt === undefined ? {} : { 'receipt-id': receipt };
}

/** Entries by which RabbitMQ reads another queue than the destination names, or makes one that sends on to another. */
const DETOURS = ['x-queue-name', 'x-dead-letter-exchange', 'x-dead-letter-routing-key'];

/**
 * What a broker reads in ways of its own. In ActiveMQ a comma separates several destinations, options follow a `?`, spaces and control
 * characters at either end count for nothing, and `\n` is one of them in 1.0, too.
 */
const DOUBTFUL = /[,?\\\p{Cc}]|^ | $/u;

/** Whether the destination is one of these, however the broker reads it: RabbitMQ decodes `%23`. */
function isAmong(patterns: readonly DestinationPattern[], destination: string): boolean {
  if (DOUBTFUL.test(destination)) return false;
  const readings = [destination, decoded(destination)];
  return readings.every((name) => patterns.some((pattern) => pattern.matches(name)));
}

/** What cannot be decoded matches nothing. */
function decoded(destination: string): string {
  try {
    return decodeURIComponent(destination);
  } catch {
    return '';
  }
}

/** CONNECTED as it goes to the client. `beats`: what the gateway settled on with it, in place of what the broker offers. */
export function connectedFor(frame: Frame, beats: Beats | undefined): Frame {
  const headers = Object.fromEntries(frame.headers);
  // Without this entry stompjs 2.3 throws before it is connected; 1.0 brokers leave it out.
  const offered = beats === undefined ? (headers['heart-beat'] ?? '0,0') : encodeBeats(beats);
  return makeFrame(frame.command, { ...headers, 'heart-beat': offered }, frame.body);
}
