import type { Exchange } from '../../http/exchange.ts';
import type { UpForm } from './form.ts';
import { merged, uncached } from './headers.ts';

/** Firefox takes an answer without a type for broken XML (SockJS 0.3.3, "XhrPolling"). */
const HEADERS = uncached('text/plain');

/** An array of strings, with any Content-Type (SockJS 0.3.3, "test_content_types"). */
export const xhrSend: UpForm = {
  action: 'xhr_send',
  method: 'POST',
  isCallback: false,
  preflight: 'OPTIONS, POST',
  direction: 'up',
  answer: (exchange, headers) => {
    if (isKonqueror(exchange)) exchange.reply(200, merged(HEADERS, headers), 'ok');
    else exchange.reply(204, merged(HEADERS, headers), '');
  },
};

/**
 * Konqueror's XMLHttpRequest shows a 204 without a status (seen in KHTML 5.103), which the client
 * takes for a failure. The client accepts 200 as well (sockjs-client, lib/ajax-based.js). Other
 * programs with KHTML in them name KDE's network library.
 */
function isKonqueror(exchange: Exchange): boolean {
  return KONQUEROR.test(exchange.header('user-agent') ?? '');
}

const KONQUEROR = /Konqueror\/|KIO\//;
