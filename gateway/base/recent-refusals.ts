import type { Clock } from './clock.ts';
import type { Refusal } from './log.ts';
import { remedyText, type Wording } from './remedy.ts';

/** Causes that are kept: the last ones. */
export const MAX_RECENT = 100;

/** Characters that are kept of a word from outside. */
const LONGEST = 200;

/** What was refused, how often, and what would let it in. Nothing of a request but its names. */
export interface RecentRefusal {
  readonly code: string;
  /** Path of the route; empty: no route. */
  readonly route: string;
  readonly reason: string;
  /** What the client sent. Anything may stand in it. */
  readonly origin: string;
  readonly host: string;
  /** The backend that refused; empty: the gateway did. */
  readonly backend: string;
  /** What the operator can do; empty: nothing. */
  readonly remedy: string;
  readonly count: number;
  /** Seconds since the last one. */
  readonly age: number;
}

interface Entry extends Omit<RecentRefusal, 'count' | 'age'> {
  count: number;
  /** Milliseconds of the clock. */
  at: number;
}

/** The last refusals, each cause once. */
export class RecentRefusals {
  readonly #clock: Clock;
  readonly #wording: Wording;
  /** The one that came longest ago is first. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, wording: Wording) {
    this.#clock = clock;
    this.#wording = wording;
  }

  add({ fields, remedy }: Refusal, route: string): void {
    const { code, reason, origin, host, backend } = fields;
    const words = [code, reason, origin, host, backend].map((word) => String(word ?? '').slice(0, LONGEST));
    const key = [route, ...words].join('\n');
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const entry = known ?? this.#newEntry(words, route, remedy);
    entry.count++;
    entry.at = this.#clock.now();
    this.#entries.set(key, entry);
    if (this.#entries.size > MAX_RECENT) this.#entries.delete(this.#entries.keys().next().value as string);
  }

  #newEntry(words: readonly string[], route: string, remedy: Refusal['remedy']): Entry {
    const [code = '', reason = '', origin = '', host = '', backend = ''] = words;
    const text = remedy === undefined ? '' : remedyText(remedy, this.#wording);
    return { code, route, reason, origin, host, backend, remedy: text, count: 0, at: 0 };
  }

  /** The newest comes first. */
  list(): RecentRefusal[] {
    const now = this.#clock.now();
    return [...this.#entries.values()]
      .reverse()
      .map(({ at, ...entry }) => ({ ...entry, age: Math.round((now - at) / 1_000) }));
  }
}
