import type { Clock, Timer } from '../base/clock.ts';

/** Turns of the supervisor in which one ping must stay unanswered. */
const TURNS = 5;

/** What is watched: a process that answers pings from its event loop. */
export interface Watched {
  /** Sends it a ping. */
  ping(): void;
  /** It has not answered for `silent` milliseconds. Called once, and the last call. */
  hang(silent: number): void;
}

/**
 * Notices that the event loop of another process stands still. One ping at a time is on its way: it
 * may wait in the channel behind a connection that the process has not taken.
 *
 * Turns are counted, not time. A machine that was suspended, a process group that was stopped, or a
 * supervisor at a breakpoint wakes up with old pings, and must not blame anybody for its own
 * sleep. So a turn that comes late counts for nothing, and each of the others left time to answer.
 */
export class HangWatch {
  readonly #clock: Clock;
  readonly #watched: Watched;
  /** Milliseconds between two turns. */
  readonly #interval: number;
  #lastTurn = 0;
  #pingedAt = 0;
  /** Turns that the last ping has waited; undefined: it is answered. */
  #unanswered: number | undefined;
  #timer: Timer;

  /** `timeout`: milliseconds that an answer may take; 0: there are no pings. */
  constructor(clock: Clock, timeout: number, watched: Watched) {
    this.#clock = clock;
    this.#watched = watched;
    this.#interval = Math.ceil(timeout / TURNS);
    if (timeout === 0) return;
    this.#ping(clock.now());
    this.#wait(clock.now());
  }

  answered(): void {
    this.#unanswered = undefined;
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #ping(now: number): void {
    this.#unanswered = 0;
    this.#pingedAt = now;
    this.#watched.ping();
  }

  #wait(now: number): void {
    this.#lastTurn = now;
    this.#timer = this.#clock.setTimeout(() => this.#turn(), this.#interval);
  }

  #turn(): void {
    const now = this.#clock.now();
    const isLate = now - this.#lastTurn >= 2 * this.#interval;
    if (this.#unanswered === undefined) this.#ping(now);
    else if (!isLate && ++this.#unanswered === TURNS) {
      this.#watched.hang(now - this.#pingedAt);
      return;
    }
    this.#wait(now);
  }
}
