import type { Headers } from '../../http/exchange.ts';
import { ExchangeWrapper } from '../../http/exchange-wrapper.ts';
import { PLAIN } from '../../http/plain.ts';
import { refuse } from '../refuse.ts';
import { decoded } from './script.ts';

/** Bytes of a form for one of the body in it, at most: a percent sign that was encoded, and two digits. */
const GROWTH = 5;

/** A body from the one field of a form; undefined if there is none that is right. */
function fieldOf(form: Buffer): Buffer | undefined {
  const text = form.toString('latin1');
  const value = text.startsWith('b=') ? decoded(text.slice(2)) : undefined;
  return value && decoded(value.toString('latin1'));
}

/**
 * A body posted by a form (PROTOCOL.md §4.4): its one field, percent-encoded once more than forms do it, so that no charset matters. The answer is a page in a hidden
 * frame, which nobody reads.
 */
export class FormExchange extends ExchangeWrapper {
  override readBody(limit: number, done: (body: Buffer | undefined) => void): void {
    this.inner.readBody(GROWTH * limit, (form) => {
      if (form === undefined) {
        done(undefined);
        return;
      }
      const body = fieldOf(form);
      if (body === undefined) refuse(this, PLAIN, 400, 'malformed form');
      else done(body.length > limit ? undefined : body);
    });
  }

  override reply(_status: number, headers: Headers): void {
    // A status of another kind would show the browser's own error page, with a sound in some.
    this.inner.reply(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }, 'ok');
  }
}
