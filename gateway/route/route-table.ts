import { ConfigError } from '../base/errors.ts';

/** What a path leads to. */
export interface RouteMatch<Value> {
  /** The route's own path. */
  readonly path: string;
  readonly value: Value;
  /** What of the path asked for comes behind it: empty, or begins with `/`. */
  readonly rest: string;
}

/** Paths and what they lead to: the longest prefix that ends at a segment boundary wins, as with nginx's `location`. */
export class RouteTable<Value> {
  readonly #routes = new Map<string, Value>();

  /** `path` begins with `/` and has no trailing slash; the empty one is a prefix of all. Throws a `ConfigError` for one that is there. */
  add(path: string, value: Value): void {
    if (this.#routes.has(path))
      throw new ConfigError('GW_ROUTE', `the route ${path || '/'} is there already`);
    this.#routes.set(path, value);
  }

  /** Compares as sent: escapes are not undone, so that what a front proxy matched is what is matched here. */
  find(path: string): RouteMatch<Value> | undefined {
    let end = path.length;
    while (end >= 0) {
      const prefix = path.slice(0, end);
      const value = this.#routes.get(prefix);
      if (value !== undefined) return { path: prefix, value, rest: path.slice(end) };
      if (end === 0) return undefined;
      end = path.lastIndexOf('/', end - 1);
    }
    return undefined;
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#routes.entries();
  }
}
