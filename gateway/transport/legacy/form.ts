import { RequestError } from '../../base/errors.ts';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import { type BodyGate, bodyTooLong } from '../../http/body-gate.ts';
import type { BodyReceiver, Headers, RequestHead } from '../../http/exchange.ts';
import { ExchangeWrapper } from '../../http/exchange-wrapper.ts';
import { decodePercent } from './script.ts';

/**
 * Bytes of a form for one byte of the body in it, at most: an encoded percent sign and two digits.
 */
export const GROWTH = 5;

/** Name of the form's one field, and the sign behind it. */
const FIELD = 'b=';

/** A body from the one field of a form; undefined if the form has no right one. */
export function decodeForm(form: string): Buffer | undefined {
  const value = form.startsWith(FIELD) ? decodePercent(form.slice(FIELD.length)) : undefined;
  return value && decodePercent(value.toString('latin1'));
}

/** Shows another gate the beginning of the body in a form. */
export class FormGate implements BodyGate {
  readonly prefix: number;
  readonly #inner: BodyGate;

  constructor(inner: BodyGate) {
    this.#inner = inner;
    this.prefix = FIELD.length + GROWTH * inner.prefix;
  }

  admit(start: Buffer, head: RequestHead): MemoryAccount {
    const field = start.toString('latin1');
    if (!field.startsWith(FIELD)) throw malformed();
    const body = percentDecoded(percentDecoded(field.slice(FIELD.length)));
    return this.#inner.admit(Buffer.from(body, 'latin1').subarray(0, this.#inner.prefix), head);
  }
}

/** Percent-encoded text with a character for each byte, whether it is UTF-8 or was cut. */
function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * A body posted by a form (PROTOCOL.md §4.4): its one field, percent-encoded once more than forms
 * do it, so that no charset matters. The answer is a page in a hidden frame, which nobody reads.
 */
export class FormExchange extends ExchangeWrapper {
  override readBody(limit: number, done: BodyReceiver, gate?: BodyGate): void {
    const receive = (form: Buffer | Error): void => {
      const body = form instanceof Error ? form : (decodeForm(form.toString('latin1')) ?? malformed());
      done(body instanceof Buffer && body.length > limit ? bodyTooLong() : body);
    };
    this.inner.readBody(GROWTH * limit, receive, gate && new FormGate(gate));
  }

  override reply(_status: number, headers: Headers): void {
    // A status of another kind would show the browser's own error page, with a sound in some.
    this.inner.reply(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }, 'ok');
  }
}

function malformed(): RequestError {
  return new RequestError('GW_MALFORMED', 'malformed form');
}
