import { ConfigError } from '../base/errors.ts';

export interface RouteMatch<Value> {
  /** The route's own path. */
  readonly path: string;
  readonly value: Value;
  /** The part of the path behind it: empty, or begins with `/` or `;`. */
  readonly rest: string;
}

/**
 * Routes by their paths. The longest prefix that ends at a segment boundary wins, as with nginx's
 * `location`.
 */
export class RouteTable<Value> {
  readonly #routes = new Map<string, Value>();
  /** Characters of the longest path. */
  #longest = 0;
  /** Another object behind each change. */
  version = {};

  get paths(): Iterable<string> {
    return this.#routes.keys();
  }

  get values(): Iterable<Value> {
    return this.#routes.values();
  }

  /**
   * `path` begins with `/` and has no trailing slash; the empty one is a prefix of all. Throws a
   * `ConfigError` if the path is taken.
   */
  add(path: string, value: Value): void {
    if (this.#routes.has(path)) {
      throw new ConfigError('GW_ROUTE', `the route ${path || '/'} is there already`);
    }
    this.#routes.set(path, value);
    this.version = {};
    this.#longest = Math.max(this.#longest, path.length);
  }

  /**
   * Finds the route of a path. Escapes are not decoded, so that a front proxy and the gateway match
   * alike. Looks no deeper than the longest route: a path of slashes must not cost more than
   * another.
   */
  find(path: string): RouteMatch<Value> | undefined {
    for (let end = Math.min(path.length, this.#longest); end >= 0; end--) {
      if (!isBoundary(path, end)) continue;
      const prefix = path.slice(0, end);
      const value = this.#routes.get(prefix);
      if (value !== undefined) return { path: prefix, value, rest: path.slice(end) };
    }
    return undefined;
  }
}

/**
 * Whether a route may end here: at the end of a segment, or of its name. Behind the name stand path
 * parameters, such as the session id that Java servers write (RFC 3986 §3.3).
 */
function isBoundary(path: string, at: number): boolean {
  return at === path.length || path.charAt(at) === '/' || path.charAt(at) === ';';
}
