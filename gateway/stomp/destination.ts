import { StompError } from './stomp-error.ts';

/** `*` stands for one word. */
const ONE = '*';

/** `#` (as in RabbitMQ) and `>` (as in ActiveMQ) stand for all further words, or none. */
const isRest = (word: string): boolean => word === '#' || word === '>';
const isWild = (word: string): boolean => word === ONE || isRest(word);

/** The words of a destination and their separators, `.` and `/`, alternating. */
export type Words = readonly string[];

export function splitDestination(destination: string): Words {
  return destination.split(/([./])/);
}

/** Whether the destination contains a wildcard. */
export function hasWildcard(destination: string): boolean {
  return /[*#>]/.test(destination) && splitDestination(destination).some(isWild);
}

/**
 * A destination with wildcards, such as `/topic/prices.*.nyse` or `/queue/#`. Throws a `StompError`
 * if `#` or `>` is not the last word.
 */
export class DestinationPattern {
  readonly text: string;
  /** The words and separators that must match. Anything may follow if `#hasRest`. */
  readonly #parts: Words;
  readonly #hasRest: boolean;

  constructor(text: string) {
    const parts = splitDestination(text);
    const rest = parts.findIndex(isRest);
    if (rest >= 0 && rest < parts.length - 1)
      throw new StompError('GW_STOMP_DESTINATION', '# and > stand at the end of a destination', {
        fields: { destination: text },
      });
    this.text = text;
    this.#hasRest = rest >= 0;
    this.#parts = this.#hasRest ? parts.slice(0, rest) : parts;
  }

  /** Words and separators of the pattern: the most that `matches` compares. */
  get length(): number {
    return this.#parts.length;
  }

  /**
   * Whether a destination matches. If the destination is a pattern itself: whether this pattern
   * matches everything that the other one does. So `*` never matches the other's `#`.
   */
  matches(destination: Words): boolean {
    const parts = this.#parts;
    if (this.#hasRest && destination.length === parts.length - 1) {
      return this.#begins(destination, destination.length);
    }
    const fits = this.#hasRest ? destination.length >= parts.length : destination.length === parts.length;
    return fits && this.#begins(destination, parts.length);
  }

  #begins(destination: Words, count: number): boolean {
    for (let index = 0; index < count; index++) {
      const part = this.#parts[index];
      const word = destination[index] as string;
      if (part === ONE ? word === '' || isRest(word) : part !== word) return false;
    }
    return true;
  }
}
