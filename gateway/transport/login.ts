import { errorTable } from '../base/error-table.ts';
import type { RefusedError } from '../base/errors.ts';
import { headerValues } from '../base/raw-headers.ts';
import type { Headers } from '../http/exchange.ts';

/** What the client of a backend that refused is answered. */
export interface BackendRefusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Texts of the statuses that pass. They are fixed: the backend's own may be a whole page. */
const TEXTS: Readonly<Record<number, string>> = {
  401: 'the server wants a login',
  403: 'the server refused',
};

/**
 * The answer to a `create` whose backend refused (PROTOCOL.md §3.4). 401 and 403 pass, so that the
 * browser asks its user as it does for a native handshake. Everything else behind the gateway is
 * the same 502. `isAnonymous`: the page may be anybody's and has shown no credentials, so a login
 * would change nothing.
 */
export function backendRefusal(error: RefusedError, isAnonymous: boolean, query: string): BackendRefusal {
  const text = isAnonymous ? undefined : TEXTS[error.status ?? 0];
  if (text === undefined) {
    const { status, text: failed } = errorTable.GW_REFUSED;
    return { status, headers: {}, body: `${failed}\n` };
  }
  const challenges = isQuiet(query) ? [] : headerValues(error.fields, 'www-authenticate');
  const headers = challenges.length > 0 ? { 'www-authenticate': challenges } : NONE;
  return { status: error.status as number, headers, body: `${text}\n` };
}

const NONE: Headers = Object.freeze({});

/**
 * Whether the client wants no dialogue yet: it would give the answer up before its user has typed.
 * It repeats the request without this mark, and then waits.
 */
export function isQuiet(query: string): boolean {
  return /(?:^|&)l=0(?:&|$)/.test(query);
}
