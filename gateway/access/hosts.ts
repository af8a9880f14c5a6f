import { isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { RequestError } from '../base/errors.ts';

/**
 * The names this gateway answers to. A foreign name that was made to resolve to this machine (DNS rebinding) is not among them, so a page loaded from it
 * is nobody's own. An IP literal cannot be rebound and always passes.
 */
export class HostNames {
  readonly #names: ReadonlySet<string>;
  /** The value that passed last: nearly always the next one too. */
  #passed: string | undefined;

  /** `names` are accepted beside `localhost` and the machine's name, with and without its domain. */
  constructor(names: Iterable<string>, machine: string = hostname()) {
    const own = machine.toLowerCase();
    const [short = own] = own.split('.', 1);
    this.#names = new Set(['localhost', own, short, ...names]);
  }

  /** `host` is a `Host` value in lower case, with or without port. */
  accepts(host: string): boolean {
    const name = nameOf(host);
    if (name === undefined) return false;
    return this.#names.has(name) || isIPv4(name) || (name.startsWith('[') && isIPv6(name.slice(1, -1)));
  }

  /** Throws a `RequestError` 421 for a name that is not accepted. Its line says what to do, not what was asked for. */
  check(host: string): void {
    if (host === this.#passed) return;
    if (this.accepts(host)) {
      this.#passed = host;
      return;
    }
    throw new RequestError('GW_HOST');
  }
}

const HOST = /^(?:(\[[0-9a-f:.]+\])|([a-z0-9_.-]+?)\.?)(?::\d{1,5})?$/;

/** A name with the root's dot (`app.example.`) is the same host. Undefined unless it is name and port. */
function nameOf(host: string): string | undefined {
  const parts = HOST.exec(host);
  return parts?.[1] ?? parts?.[2];
}
