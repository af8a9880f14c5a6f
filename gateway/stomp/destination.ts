import { StompError } from './stomp-error.ts';

/** `*` is one word; `#` (as in RabbitMQ) and `>` (as in ActiveMQ) are the rest, none included. */
const ONE = '*';
const isRest = (word: string): boolean => word === '#' || word === '>';
const isWild = (word: string): boolean => word === ONE || isRest(word);

/** Whether a word of it stands for others. */
export function hasWildcard(destination: string): boolean {
  return words(destination).some(isWild);
}

/** Words and what separates them, in turn. */
function words(destination: string): string[] {
  return destination.split(/([./])/);
}

/**
 * A destination with wildcards, such as `/topic/prices.*.nyse` or `/queue/#`. Words are what `.` and `/` separate. Throws a
 * `StompError` where `#` or `>` is not the last word.
 */
export class DestinationPattern {
  readonly text: string;
  /** Words and separators that must be there; behind them anything if `#rest`. */
  readonly #parts: readonly string[];
  readonly #rest: boolean;

  constructor(text: string) {
    const parts = words(text);
    const rest = parts.findIndex(isRest);
    if (rest >= 0 && rest < parts.length - 1)
      throw new StompError('# and > stand at the end of a destination');
    this.text = text;
    this.#rest = rest >= 0;
    this.#parts = this.#rest ? parts.slice(0, rest) : parts;
  }

  /**
   * Whether `destination` is one of these. If it is a pattern itself, whether all that it stands for are: its `#` is never taken for the one
   * word of a `*`.
   */
  matches(destination: string): boolean {
    const given = words(destination);
    const parts = this.#parts;
    if (this.#rest && given.length === parts.length - 1) return this.#begins(given, given.length);
    if (this.#rest ? given.length < parts.length : given.length !== parts.length) return false;
    return this.#begins(given, parts.length);
  }

  #begins(given: readonly string[], count: number): boolean {
    for (let index = 0; index < count; index++) {
      const part = this.#parts[index];
      const word = given[index] as string;
      if (part === ONE ? word === '' || isRest(word) : part !== word) return false;
    }
    return true;
  }
}
