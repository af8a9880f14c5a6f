import type { Headers } from '../../http/exchange.ts';
import { ExchangeWrapper } from '../../http/exchange-wrapper.ts';

/** The body of an answer whose status the client cannot see (PROTOCOL.md §4.4). */
export function wrap(status: number, body: string | Buffer): string | Buffer {
  return status === 200 ? body : `${status};${body}`;
}

/**
 * An XDomainRequest, which sees the text of answers with status 200 and nothing else. It has no
 * credentials, so a challenge is nothing to it.
 */
export class WrappedExchange extends ExchangeWrapper {
  override reply(status: number, headers: Headers, body: string | Buffer): void {
    const { 'www-authenticate': _challenge, ...others } = headers;
    this.inner.reply(200, _challenge === undefined ? headers : others, wrap(status, body));
  }
}
