import type { Clock } from '../base/clock.ts';
import type { DowngradeReason } from '../base/downgrades.ts';
import type { Approach } from './approach.ts';
import type { Carrier, CarrierEnd } from './carrier.ts';

/**
 * Milliseconds for the first downstream, from the session on, above which the network is slow: the
 * shim gives a stream two seconds for its first byte, on a new connection two round trips.
 */
const SLOW = 1_000;
/** A stream that is left within so many milliseconds has brought nothing. */
const UNPROVED = 10_000;
/** A client whose stream is cut attaches again within so many milliseconds. */
const COMES_BACK = 2_000;
/** A stream that lived longer was not cut for its age. */
const LONG_LIFE = 300_000;
/** Cuts after which streams count as cut: one happens in any network. */
const CUTS = 2;
/** The states of the streams without that of `iframe-htmlfile`, the fourth. */
const FRAME = /^(...)./;
/** Age of a session by which its client has tried a stream. */
const TRIED = 4_000;

/** Finds out why a session is on the carrier that it is on. */
export class Downgrade {
  readonly #approach: Approach;
  readonly #clock: Clock;
  readonly #opened: number;
  #carrier: Carrier | undefined;
  #since = 0;
  #ended: { readonly why: CarrierEnd; readonly at: number } | undefined;
  #isSlow = false;
  #hasStreamed = false;
  #cuts = 0;
  /** What was wrong with the last stream that the client left for a poll. */
  #fault: DowngradeReason | undefined;

  constructor(approach: Approach, clock: Clock) {
    this.#approach = approach;
    this.#clock = clock;
    this.#opened = clock.now();
  }

  /** The session got a carrier, whose predecessor may have ended before. */
  attached(carrier: Carrier): void {
    const now = this.#clock.now();
    const before = this.#carrier;
    if (before === undefined) this.#isSlow = now - this.#opened > SLOW;
    else if (!before.once) this.#leftStream(carrier, now);
    if (!carrier.once) this.#hasStreamed = true;
    this.#carrier = carrier;
    this.#since = now;
    this.#ended = undefined;
  }

  /** The present carrier ended or is about to. */
  ended(why: CarrierEnd): void {
    // How a poll ended says nothing.
    if (this.#carrier?.once !== true) this.#ended ??= { why, at: this.#clock.now() };
  }

  #leftStream(next: Carrier, now: number): void {
    const { why, at } = this.#ended ?? { why: 'superseded', at: now };
    const isCut = why === 'gone' && now - at < COMES_BACK;
    if (isCut) this.#cuts = at - this.#since > LONG_LIFE ? 0 : this.#cuts + 1;
    // A client that comes back late has ended it itself: its page was frozen, or hidden and rests.
    if (!next.once || why === 'recycled' || (why === 'gone' && !isCut)) return;
    if (isCut && this.#cuts >= CUTS) this.#fault = 'stream-cut';
    else if (at - this.#since > UNPROVED) this.#fault = 'stream-silent';
    else this.#fault = this.#isSlow ? 'slow-network' : 'stream-buffered';
  }

  /**
   * The word as far as it is known before the first carrier: a client that can stream is taken for
   * one that will.
   */
  get expected(): DowngradeReason | undefined {
    const { steps } = this.#approach;
    if (steps === undefined) return undefined;
    const { streams } = steps;
    return (/[yb]/.test(streams) ? undefined : this.#ofPoll()) ?? this.#ofSocket(true);
  }

  /** The word for where the session is now; undefined if the client wants nothing better. */
  get reason(): DowngradeReason | undefined {
    const carrier = this.#carrier;
    // A carrier that acknowledges is a WebSocket. Without any, nobody came.
    if (carrier === undefined || carrier.acknowledges) return undefined;
    if (this.#cuts >= CUTS) return 'stream-cut';
    return (carrier.once ? this.#ofPoll() : undefined) ?? this.#ofSocket();
  }

  /** Why there is no stream; undefined: for the same reason as there is no WebSocket. */
  #ofPoll(): DowngradeReason | undefined {
    if (this.#fault !== undefined) return this.#fault;
    const { steps } = this.#approach;
    if (steps === undefined) return undefined;
    const { streams, polls, flash, bridge } = steps;
    if (streams.includes('y')) return this.#isBlocked() ? 'stream-blocked' : undefined;
    if (streams.includes('b')) return 'failed-before';
    if (flash !== undefined) return 'flash-blocked';
    if (bridge !== undefined) return 'bridge-failed';
    // No shim uses `iframe-htmlfile` by default where it can stream otherwise.
    if (streams.replace(FRAME, '$1').includes('o')) return undefined;
    return polls.startsWith('nn') ? 'jsonp-only' : 'no-streaming';
  }

  #isBlocked(): boolean {
    return !this.#hasStreamed && this.#clock.now() - this.#opened > TRIED;
  }

  /** Why there is no WebSocket. `isEarly`: that of the client may not be closed yet. */
  #ofSocket(isEarly = false): DowngradeReason {
    const { steps } = this.#approach;
    const seen = this.#ofHandshake(isEarly);
    if (steps === undefined) return seen ?? 'not-reported';
    if (steps.flash !== undefined) return 'flash-blocked';
    switch (steps.websocket) {
      case 'not requested':
        return 'page-option';
      case 'none, or a draft':
        return 'no-websocket';
      case 'failed before':
        return 'failed-before';
      case 'not allowed':
        return 'websocket-not-allowed';
      case 'slow network':
        return 'slow-network';
      case 'no answer':
        return seen ?? 'upgrade-unanswered';
      case 'refused':
        return seen ?? 'upgrade-refused';
      default:
        return 'not-reported';
    }
  }

  /** What became of the handshake that arrived. */
  #ofHandshake(isEarly: boolean): DowngradeReason | undefined {
    const { handshake, wantsProtocol } = this.#approach;
    if (handshake === undefined) return undefined;
    if (!handshake.isOver && !(isEarly && handshake.isNew)) return undefined;
    if (handshake.end === 'stripped') return 'upgrade-stripped';
    if (handshake.end === 'refused') return 'handshake-refused';
    return wantsProtocol ? 'subprotocol-lost' : 'upgrade-answer-lost';
  }
}
