import { RequestError } from '../../base/errors.ts';
import { bodyTooLong } from '../../http/body-gate.ts';
import type { BodyReceiver, Exchange, Headers } from '../../http/exchange.ts';
import { ExchangeWrapper } from '../../http/exchange-wrapper.ts';
import { jsString } from './js-string.ts';
import { wrap } from './wrapped.ts';

/** Names of callbacks: nothing else may begin a script that a browser runs. */
const CALLBACK = /^_fg\d{1,15}$/;

export function isCallback(name: string): boolean {
  return CALLBACK.test(name);
}

/** Decodes percent-encoded text; undefined if it is malformed. */
export function decodePercent(text: string): Buffer | undefined {
  try {
    return Buffer.from(decodeURIComponent(text));
  } catch {
    return undefined;
  }
}

/** The body that the query of a script has; undefined if it is malformed. */
export function scriptBody(query: string): Buffer | undefined {
  return decodePercent(/(?:^|&)b=([^&]*)/.exec(query)?.[1] ?? '');
}

/**
 * A request by a script tag (PROTOCOL.md §4.4): the body is in the query, and the answer calls a
 * function. Transports see a POST.
 */
export class ScriptExchange extends ExchangeWrapper {
  readonly #callback: string;

  /** `callback` has passed `isCallback`. */
  constructor(inner: Exchange, callback: string) {
    super(inner);
    this.#callback = callback;
  }

  override get method(): string {
    return 'POST';
  }

  /** The body came with the head: there is nothing left to collect. */
  override readBody(limit: number, done: BodyReceiver): void {
    const body = scriptBody(this.query) ?? new RequestError('GW_MALFORMED', 'malformed query');
    done(body instanceof Buffer && body.length > limit ? bodyTooLong() : body);
  }

  /** A challenge keeps its status: the browser asks its user, and requests the script again. */
  override reply(status: number, headers: Headers, body: string | Buffer): void {
    const type = { 'content-type': 'application/javascript; charset=utf-8' };
    const shown = 'www-authenticate' in headers ? status : 200;
    this.inner.reply(shown, { ...headers, ...type }, encodeCall(this.#callback, String(wrap(status, body))));
  }
}

/**
 * A call with one text. The comment keeps it from being read as another format that begins with
 * letters (CVE-2014-4671). A page that gave up has no such function any more.
 */
export function encodeCall(callback: string, text: string): string {
  return `/**/typeof ${callback}==="function"&&${callback}(${jsString(text)});`;
}
