import type { Exchange } from '../../http/exchange.ts';
import type { UpForm } from './form.ts';
import { FormField } from './form-field.ts';
import { merged, uncached } from './headers.ts';

const HEADERS = uncached('text/plain');

/**
 * A form whose field `d` is an array of strings, or the array itself (SockJS 0.3.3,
 * "JsonpPolling"). Konqueror does odd things at a 204, so the answer is 200.
 */
export const jsonpSend: UpForm = {
  action: 'jsonp_send',
  method: 'POST',
  isCallback: true,
  direction: 'up',
  field: (body, exchange) => (isForm(exchange) ? new FormField(body, 'd') : undefined),
  answer: (exchange, headers) => exchange.reply(200, merged(HEADERS, headers), 'ok'),
};

function isForm(exchange: Exchange): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(exchange.header('content-type') ?? '');
}
