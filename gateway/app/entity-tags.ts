/** `"abc"`, `W/"abc"`, or what old servers send without quotes. */
const ENTITY_TAG = /(W\/)?"([^"]*)"|([^\s",]+)/g;

/** An `If-None-Match` or `If-Match` without the suffixes. */
export interface Restored {
  /** The entity tags that had our suffix, as the application knows them. */
  readonly own: readonly string[];
  /** The others. */
  readonly foreign: readonly string[];
}

/**
 * Entity tags of tagged pages. A tagged page is another representation than the application's, so
 * its entity tag is another one, too (RFC 9110 §8.8.3): the application's with a suffix in its
 * quotes. The suffix changes with the tag, so that pages with an old tag are not valid any more.
 */
export class EntityTags {
  readonly #suffix: string;

  constructor(fingerprint: string) {
    this.#suffix = `-fg${fingerprint}`;
  }

  /** `"abc"` → `"abc-fg012345"` */
  mark(entityTag: string): string {
    const trimmed = entityTag.trim();
    return trimmed.endsWith('"') ? `${trimmed.slice(0, -1)}${this.#suffix}"` : trimmed + this.#suffix;
  }

  /** Takes the suffixes of a list off. */
  restore(list: string): Restored {
    const own: string[] = [];
    const foreign: string[] = [];
    for (const [text, weak = '', quoted, bare] of list.matchAll(ENTITY_TAG)) {
      const value = quoted ?? (bare as string);
      if (!value.endsWith(this.#suffix)) {
        foreign.push(text);
        continue;
      }
      const restored = value.slice(0, -this.#suffix.length);
      own.push(quoted === undefined ? restored : `${weak}"${restored}"`);
    }
    return { own, foreign };
  }

  /** The list as it is without the suffixes; what has none stays as it was sent. */
  restoreAll(list: string): string {
    return list.replace(ENTITY_TAG, (text) => this.restore(text).own[0] ?? text);
  }
}

/** Weak comparison (RFC 9110 §8.8.3.2): of two entity tags with the same value. */
export function isSameEntity(one: string, other: string): boolean {
  return one.replace(/^W\//, '') === other.replace(/^W\//, '');
}
