import { ConfigError } from '../base/errors.ts';

/** Collects what is wrong with a configuration, so that the operator sees all of it at once. */
export class Problems {
  readonly #lines = new Set<string>();
  /** Options whose value is wrong already: nothing can be said of how they fit to others. */
  readonly #wrong = new Set<string>();

  add(line: string): void {
    this.#lines.add(line);
  }

  /** Skips later checks that need this option. */
  skip(key: string): void {
    this.#wrong.add(key);
  }

  /**
   * Runs a check that needs `keys`, and keeps what it complains about. The result is of no use if
   * there was a complaint: `throwIfAny` ends everything then.
   */
  check<T>(keys: readonly string[], check: () => T): T {
    try {
      return keys.some((key) => this.#wrong.has(key)) ? (undefined as T) : check();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const line of error.problems) this.add(line);
      return undefined as T;
    }
  }

  /** Throws one error for all complaints. */
  throwIfAny(): void {
    if (this.#lines.size > 0) throw new ConfigError('GW_CONFIG', [...this.#lines].join('\n'));
  }
}
