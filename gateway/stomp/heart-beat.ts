import type { Clock } from '../base/clock.ts';
import { QuietTimer } from './quiet-timer.ts';
import { StompError } from './stomp-error.ts';

/** Milliseconds between signs of life in each direction, as one side offers them; 0 for none. */
export interface Beats {
  /** The longest pause between two things that this side sends. */
  readonly send: number;
  /** The longest pause that it wants from the other side. */
  readonly want: number;
}

/** No heart-beats in either direction. */
export const NO_BEATS: Beats = { send: 0, want: 0 };

/** Reads a `heart-beat` header: the `send,want` of its sender. Without one there are none. */
export function readBeats(header: string | undefined): Beats {
  if (header === undefined) return NO_BEATS;
  const parts = /^ *(\d{1,9}) *, *(\d{1,9}) *$/.exec(header);
  if (parts === null) throw new StompError('GW_STOMP_FRAME', 'malformed heart-beat');
  return { send: Number(parts[1]), want: Number(parts[2]) };
}

export function encodeBeats(beats: Beats): string {
  return `${beats.send},${beats.want}`;
}

/** What both sides settle on: each direction takes the larger value, or 0 if either is 0. */
export function agree(ours: Beats, theirs: Beats): Beats {
  return { send: larger(ours.send, theirs.want), want: larger(ours.want, theirs.send) };
}

function larger(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : Math.max(a, b);
}

/** What a connection does for its heart-beats. */
export interface BeatActions {
  /** A heart-beat is due: nothing was sent for most of the interval. */
  beat(): void;
  /** The peer is silent. Called again after each further interval, until `stop`. */
  silent(): void;
}

/** Share of the interval after which a heart-beat is sent: ActiveMQ allows no margin beyond it. */
const EARLY = 0.75;

/**
 * Intervals of silence after which a client is given up. STOMP asks for "an error margin"; stompjs
 * has the same.
 */
export const CLIENT_LATE = 2;

/** The same for a broker: ActiveMQ 5.17 sends its first heart-beat after twice the interval. */
export const BROKER_LATE = 3;

/** The heart-beats of one connection. */
export class HeartBeat {
  readonly #sending: QuietTimer;
  readonly #hearing: QuietTimer;

  /** `late`: intervals of silence after which the peer is given up. */
  constructor(clock: Clock, beats: Beats, late: number, actions: BeatActions) {
    this.#sending = new QuietTimer(clock, beats.send * EARLY, actions.beat);
    this.#hearing = new QuietTimer(clock, beats.want * late, actions.silent);
  }

  /** Something was sent. */
  sent(): void {
    this.#sending.touch();
  }

  /** Something arrived. */
  heard(): void {
    this.#hearing.touch();
  }

  stop(): void {
    this.#sending.stop();
    this.#hearing.stop();
  }
}
