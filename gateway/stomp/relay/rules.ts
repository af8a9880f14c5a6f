import { type Frame, makeFrame } from '../frame.ts';
import { encodeHeaders, readConnectHeaders, readHeaders } from '../headers.ts';
import { type Beats, encodeBeats } from '../heart-beat.ts';
import { Rights } from '../rights.ts';
import { StompError } from '../stomp-error.ts';
import { acceptableVersions, type Version } from '../version.ts';
import type { RelayRules } from './options.ts';

/** The rules of one route, ready to be applied to the frames of clients. */
export class Rules {
  readonly #rules: RelayRules;
  readonly #rights: Rights;

  /** Throws a `StompError` for a malformed pattern. */
  constructor(rules: RelayRules) {
    this.#rules = rules;
    this.#rights = new Rights(rules);
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
    if (frame.bytes && !this.#rights.areRestricted && version !== '1.0') return frame;
    const headers = readHeaders(frame.headers, version);
    this.#rights.check(frame.command, headers, frame.headers.get('receipt'));
    return { command: frame.command, headers: encodeHeaders(headers, version), body: frame.body };
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
