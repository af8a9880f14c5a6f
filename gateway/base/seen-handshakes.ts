import type { Clock } from './clock.ts';
import { detached } from './detached.ts';

/** What became of a WebSocket handshake that arrived, in the order of what it says. */
export const HANDSHAKE_ENDS = ['accepted', 'refused', 'stripped'] as const;

export type HandshakeEnd = (typeof HANDSHAKE_ENDS)[number];

/** What the gateway has seen of a WebSocket handshake. */
export interface SeenHandshake {
  /** `stripped`: it came without its Upgrade. */
  readonly end: HandshakeEnd;
  /** The connection is over. One that lives is of another page. */
  readonly isOver: boolean;
  /** It began so recently that its client may be closing it just now. */
  readonly isNew: boolean;
}

/** Milliseconds in which a client that gives up a connection has closed it. */
const CLOSED_WITHIN = 2_000;

/** A handshake whose connection may go on. */
export interface OpenHandshake {
  /** The connection is over. */
  isOver: boolean;
}

class Entry implements SeenHandshake, OpenHandshake {
  readonly end: HandshakeEnd;
  isOver: boolean;
  readonly #clock: Clock;
  readonly #at: number;

  constructor(end: HandshakeEnd, clock: Clock) {
    this.end = end;
    // Only an accepted one goes on.
    this.isOver = end !== 'accepted';
    this.#clock = clock;
    this.#at = clock.now();
  }

  get isNew(): boolean {
    return this.#age < CLOSED_WITHIN;
  }

  get isOld(): boolean {
    return this.#age > REMEMBERED;
  }

  get #age(): number {
    return this.#clock.now() - this.#at;
  }
}

/** Milliseconds between a handshake that failed and the `create` of the same socket, at most. */
const REMEMBERED = 15_000;
/** Browsers whose handshakes are remembered, in about 2 MiB. The oldest goes first. */
const MOST = 10_000;

/**
 * Remembers the last WebSocket handshake of each browser for the moment until its fallback comes:
 * browsers do not tell a page why a WebSocket failed. Users behind one address who have the same
 * browser and open the same page at once may be taken for each other.
 */
export class SeenHandshakes {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers the entry, for who learns when the connection is over. */
  add(key: string, end: HandshakeEnd): OpenHandshake {
    const entry = new Entry(end, this.#clock);
    const name = detached(key);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    this.#forget();
    return entry;
  }

  /** The last one of this key; undefined if there was none for a while. */
  find(key: string): SeenHandshake | undefined {
    const entry = this.#entries.get(key);
    return entry?.isOld === true ? undefined : entry;
  }

  #forget(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= MOST && !entry.isOld) return;
      this.#entries.delete(key);
    }
  }
}
