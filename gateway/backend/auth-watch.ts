import type { Clock, Timer } from '../base/clock.ts';

/** Questions that are under way at a time: thousands of clients may have come in one second. */
const MAX_UNDER_WAY = 16;

/** A connection whose login is looked at again. */
export interface Watched {
  /** Asks; false: the login is over. It never rejects. */
  ask(): Promise<boolean>;
  /** The login is over. Called once, and not after the watch was ended. */
  over(): void;
}

interface Entry {
  readonly watched: Watched;
  /** When it is to be queried about: ms of the clock. */
  due: number;
  isEnded: boolean;
}

/**
 * Asks about each connection again, `every` milliseconds after the answer before. All wait for the
 * same time, so the order in which they were added is the order in which they are due. There is one
 * timer for all of them, and none where nothing is watched.
 */
export class AuthWatch {
  readonly #clock: Clock;
  readonly #every: number;
  /** Those that wait, the one that is due first at the beginning. */
  readonly #waiting = new Set<Entry>();
  #underWay = 0;
  #timer: Timer;

  constructor(clock: Clock, every: number) {
    this.#clock = clock;
    this.#every = every;
  }

  /** Watches a connection, until the returned function is called. */
  add(watched: Watched): () => void {
    const entry: Entry = { watched, due: 0, isEnded: false };
    this.#wait(entry);
    return () => {
      entry.isEnded = true;
      this.#waiting.delete(entry);
      if (this.#waiting.size === 0) this.#stopTimer();
    };
  }

  #wait(entry: Entry): void {
    entry.due = this.#clock.now() + this.#every;
    this.#waiting.add(entry);
    this.#setTimer();
  }

  #setTimer(): void {
    const [first] = this.#waiting;
    if (this.#timer !== undefined || first === undefined || this.#underWay >= MAX_UNDER_WAY) return;
    this.#timer = this.#clock.setTimeout(() => this.#look(), Math.max(0, first.due - this.#clock.now()));
  }

  #stopTimer(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const entry of this.#waiting) {
      if (entry.due > now || this.#underWay >= MAX_UNDER_WAY) break;
      this.#waiting.delete(entry);
      void this.#ask(entry);
    }
    this.#setTimer();
  }

  async #ask(entry: Entry): Promise<void> {
    this.#underWay++;
    const holds = await entry.watched.ask();
    this.#underWay--;
    if (!entry.isEnded) {
      if (holds) this.#wait(entry);
      else {
        entry.isEnded = true;
        entry.watched.over();
      }
    }
    this.#setTimer();
  }
}
