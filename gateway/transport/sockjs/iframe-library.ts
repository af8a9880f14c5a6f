import type { Headers } from '../../http/exchange.ts';
import { etagOf } from './iframe-page.ts';

/**
 * sockjs-client as the iframe page loads it. Before it stands a look at who has framed the page, for engines without `frame-ancestors` (all of IE): there the only
 * witness is `document.referrer`, and without one nobody is believed. What is thrown keeps the rest of the script from running, and the page from answering.
 */
export function iframeLibrary(library: string, framers: readonly string[]): string {
  const guard = `(function () {
  var framers = ${JSON.stringify(framers)}, i = 0;
  var page = /^https?:\\/\\/[^\\/?#]+/i.exec(document.referrer);
  var origin = page ? page[0].toLowerCase() : '';
  if (parent === self || origin === location.protocol + '//' + location.host) return;
  for (; i < framers.length; i++) if (origin === framers[i]) return;
  throw new Error('this page may not use SockJS in a frame: ' + origin);
})();
`;
  return guard + library;
}

export function libraryHeaders(content: string): Headers {
  return {
    'content-type': 'application/javascript; charset=UTF-8',
    'cache-control': 'public, max-age=3600',
    'x-content-type-options': 'nosniff',
    etag: etagOf(content),
  };
}
