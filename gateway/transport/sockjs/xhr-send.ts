import { parseMessages } from '../../dialect/sockjs.ts';
import type { UpForm } from './form.ts';
import { bodiless, merged } from './headers.ts';

/** The type is for Firefox, which takes an answer without one for broken XML (SockJS 0.3.3, "XhrPolling"). */
const HEADERS = bodiless('text/plain');

/** An array of strings, whatever its type is said to be (SockJS 0.3.3, "test_content_types"). */
export const xhrSend: UpForm = {
  action: 'xhr_send',
  method: 'POST',
  isCallback: false,
  preflight: 'OPTIONS, POST',
  direction: 'up',
  parse: (body) => parseMessages(body),
  answer: (exchange, headers) => exchange.reply(204, merged(HEADERS, headers), ''),
};
