import { createHash } from 'node:crypto';
import type { RequestHead } from '../http/exchange.ts';

/**
 * Ties a session to the value that one cookie had when the session was opened. Who has come by the
 * session's key can then not use it without the user's cookie. An absent cookie is a value, too. Of
 * the value a hash is kept.
 */
export class CookieBinding {
  readonly #name: string | undefined;

  /** `name`: of the cookie; undefined binds nothing. */
  constructor(name: string | undefined) {
    this.#name = name;
  }

  get isOn(): boolean {
    return this.#name !== undefined;
  }

  /** What a session is bound to that this request opens. Requests of the session give the same. */
  of(head: RequestHead): string {
    if (this.#name === undefined) return '';
    const value = cookieOf(head.header('cookie') ?? '', this.#name);
    return value === undefined ? '' : createHash('sha256').update(value).digest('base64');
  }
}

/**
 * The value of a cookie, the first if several have the name; undefined if there is none (RFC 6265
 * §4.2).
 */
function cookieOf(cookies: string, name: string): string | undefined {
  const prefix = `${name}=`;
  for (const pair of cookies.split(';')) {
    const cookie = pair.trim();
    if (cookie.startsWith(prefix)) return cookie.slice(prefix.length);
  }
  return undefined;
}
