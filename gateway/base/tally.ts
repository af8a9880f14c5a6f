/** Combinations of words that one tally keeps apart. What is beyond counts as `other`. */
const MAX_ENTRIES = 256;

const SEPARATOR = '\n';
const OTHER = 'other';

/** Counts events by a few words, all of them from fixed tables. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(...words: readonly string[]): void {
    const key = words.join(SEPARATOR);
    const before = this.#counts.get(key);
    if (before === undefined && this.#counts.size >= MAX_ENTRIES) this.#addTo(otherOf(words));
    else this.#counts.set(key, (before ?? 0) + 1);
  }

  #addTo(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The words of each combination, and its count. */
  *entries(): IterableIterator<readonly [words: readonly string[], count: number]> {
    for (const [key, count] of this.#counts) yield [key.split(SEPARATOR), count];
  }
}

function otherOf(words: readonly string[]): string {
  return words.map(() => OTHER).join(SEPARATOR);
}
