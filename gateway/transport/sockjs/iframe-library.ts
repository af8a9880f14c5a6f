import { NO_SNIFF } from '../../base/security-headers.ts';
import type { Headers } from '../../http/exchange.ts';
import { etagOf } from './iframe-page.ts';

/**
 * sockjs-client as the iframe page loads it. A guard stands before it, for engines without
 * `frame-ancestors` (all of IE): there only `document.referrer` says who has framed the page, and a
 * page without one is not trusted. The exception keeps the rest of the script from running, so the
 * page answers nobody.
 */
export function iframeLibrary(library: string, framers: readonly string[]): string {
  return `${guard(framers)}${library}\n${MEETING}`;
}

function guard(framers: readonly string[]): string {
  return `(function () {
  var framers = ${JSON.stringify(framers)}, i = 0;
  function originOf(url) {
    var found = /^https?:\\/\\/[^\\/?#]+/i.exec(url);
    return found ? found[0].toLowerCase() : '';
  }
  var origin = originOf(document.referrer);
  if (parent === self || origin && origin === originOf(location.href)) return;
  for (; i < framers.length; i++) if (origin === framers[i]) return;
  throw new Error('this page may not use SockJS in a frame: ' + origin);
})();
`;
}

/**
 * Stands behind the library, which serves pages of its own version only (sockjs-client,
 * lib/iframe-bootstrap.js), though page and frame have spoken the same protocol since 1.0.0. So
 * this script learns the page's version first and takes it on. In IE 8 a message arrives at the
 * window or at the document, as in the library.
 */
const MEETING = `(function () {
  var begin = SockJS.bootstrap_iframe, id = location.hash.slice(1), isMet = false;
  function meet(event) {
    var said, version;
    if (isMet || event.source !== parent) return;
    try {
      said = JSON.parse(event.data);
      version = JSON.parse(said.data)[0];
    } catch (e) {
      return;
    }
    if (said.windowId !== id || said.type !== 's') return;
    isMet = true;
    if (/^1\\./.test(version)) SockJS.version = version;
    begin();
  }
  SockJS.bootstrap_iframe = function () {
    if (window.addEventListener) window.addEventListener('message', meet, false);
    else {
      document.attachEvent('onmessage', meet);
      window.attachEvent('onmessage', meet);
    }
    if (parent !== self) parent.postMessage(JSON.stringify({ windowId: id, type: 's', data: '' }), '*');
  };
})();
`;

export function libraryHeaders(content: string): Headers {
  return {
    'content-type': 'application/javascript; charset=UTF-8',
    'cache-control': 'public, max-age=3600',
    ...NO_SNIFF,
    etag: etagOf(content),
  };
}
