import { isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { RequestError } from '../base/errors.ts';

/**
 * The names that the gateway answers to. A page may be loaded from a foreign name that resolves to
 * this machine (DNS rebinding): such a name is not accepted, so the page is not taken for an own
 * one. An IP address cannot be rebound and is always accepted.
 */
export class HostNames {
  readonly #names: ReadonlySet<string>;
  /** The value that was accepted last. The next one is nearly always the same. */
  #accepted: string | undefined;

  /**
   * `names` are accepted besides `localhost` and the machine's name, with and without its domain;
   * `*` is every name. A page of a rebound name then counts as an own one.
   */
  constructor(names: Iterable<string>, machine: string = hostname()) {
    const own = machine.toLowerCase();
    const [short = own] = own.split('.', 1);
    this.#names = new Set(['localhost', own, short, ...names]);
  }

  /** `host` is a `Host` value in lower case, with or without port. */
  accepts(host: string): boolean {
    const name = nameOf(host);
    if (name === undefined) return false;
    if (this.#names.has(name) || this.#names.has('*')) return true;
    return isIPv4(name) || (name.startsWith('[') && isIPv6(name.slice(1, -1)));
  }

  /**
   * Throws a `RequestError` `GW_HOST` for a name that is not accepted. Its text says what to do,
   * and does not repeat the name.
   */
  check(host: string): void {
    const refusal = this.refusal(host);
    if (refusal !== undefined) throw refusal;
  }

  /** The same error, not thrown; undefined for a name that is accepted. */
  refusal(host: string): RequestError | undefined {
    if (host === this.#accepted) return undefined;
    if (!this.accepts(host)) return new RequestError('GW_HOST');
    this.#accepted = host;
    return undefined;
  }
}

const HOST = /^(?:(\[[0-9a-f:.]+\])|([a-z0-9_.-]+?)\.?)(?::\d{1,5})?$/;

/**
 * A name with the root's dot (`app.example.`) is the same host. Undefined unless it is name and
 * port.
 */
function nameOf(host: string): string | undefined {
  const parts = HOST.exec(host);
  return parts?.[1] ?? parts?.[2];
}
