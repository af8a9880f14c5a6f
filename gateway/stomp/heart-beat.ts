import type { Clock, Timer } from '../base/clock.ts';
import { StompError } from './stomp-error.ts';

/** Milliseconds between signs of life in each direction, 0 for none, as one side offers or wants them. */
export interface Beats {
  /** What this side can guarantee to send. */
  readonly send: number;
  /** What it would like to get. */
  readonly want: number;
}

/** No heart-beats in either direction. */
export const NO_BEATS: Beats = { send: 0, want: 0 };

/** Reads a `heart-beat` header: `send,want` of whoever wrote it. Without one there are none. */
export function readBeats(header: string | undefined): Beats {
  if (header === undefined) return NO_BEATS;
  const parts = /^ *(\d{1,9}) *, *(\d{1,9}) *$/.exec(header);
  if (parts === null) throw new StompError('malformed heart-beat');
  return { send: Number(parts[1]), want: Number(parts[2]) };
}

export function encodeBeats(beats: Beats): string {
  return `${beats.send},${beats.want}`;
}

/** What both sides settle on: our `send`, and the peer's as our `want`. Each is the larger of the two, and 0 if either is. */
export function agree(ours: Beats, theirs: Beats): Beats {
  return { send: larger(ours.send, theirs.want), want: larger(ours.want, theirs.send) };
}

function larger(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : Math.max(a, b);
}

/** What is done when a heart-beat is due, or has not come. */
export interface BeatActions {
  beat(): void;
  /** Told again after each further such time, until `stop`. */
  silent(): void;
}

/** Part of the interval after which we beat: ActiveMQ allows no margin beyond it. */
const EARLY = 0.75;

/** Intervals without a sign after which a client is given up. STOMP asks for "an error margin"; stompjs has the same. */
export const CLIENT_LATE = 2;

/** The same for a broker: ActiveMQ 5.17 sends its first heart-beat after twice the time. */
export const BROKER_LATE = 3;

/** Milliseconds that a timer can wait for: one of more goes off at once. */
const LONGEST = 2 ** 31 - 1;

/** The heart-beats of one connection. Only a pause is looked for: a message costs a number and no timer. */
export class HeartBeat {
  readonly #clock: Clock;
  readonly #beats: Beats;
  readonly #actions: BeatActions;
  /** Milliseconds without a sign after which the peer is given up. */
  readonly #silenceLimit: number;
  #sentAt: number;
  #heardAt: number;
  #sendTimer: Timer;
  #hearTimer: Timer;
  #stopped = false;

  /** `late`: intervals without a sign after which the peer is given up. */
  constructor(clock: Clock, beats: Beats, late: number, actions: BeatActions) {
    this.#clock = clock;
    this.#beats = beats;
    this.#actions = actions;
    this.#silenceLimit = Math.min(beats.want * late, LONGEST);
    this.#sentAt = clock.now();
    this.#heardAt = this.#sentAt;
    if (beats.send > 0) this.#watchSent();
    if (beats.want > 0) this.#watchHeard();
  }

  /** Something was sent. */
  sent(): void {
    this.#sentAt = this.#clock.now();
  }

  /** Something arrived. */
  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#sendTimer);
    this.#clock.clearTimeout(this.#hearTimer);
  }

  #watchSent(): void {
    const due = this.#sentAt + this.#beats.send * EARLY;
    this.#sendTimer = this.#clock.setTimeout(() => {
      if (this.#clock.now() >= this.#sentAt + this.#beats.send * EARLY) {
        this.sent();
        this.#actions.beat();
      }
      if (!this.#stopped) this.#watchSent();
    }, due - this.#clock.now());
  }

  #watchHeard(): void {
    const due = this.#heardAt + this.#silenceLimit;
    this.#hearTimer = this.#clock.setTimeout(() => {
      if (this.#clock.now() >= this.#heardAt + this.#silenceLimit) {
        this.heard();
        this.#actions.silent();
      }
      if (!this.#stopped) this.#watchHeard();
    }, due - this.#clock.now());
  }
}
