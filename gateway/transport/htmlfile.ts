import { wrappedText } from '../dialect/text.ts';
import type { Headers } from '../http/exchange.ts';
import { jsString } from './legacy/js-string.ts';
import { streamTransport } from './stream-transport.ts';
import type { DownstreamTransport } from './transport.ts';

/**
 * How the document begins. Its script finds the page's function by a number that stands behind the
 * `#` of the address, which no request carries: so nothing of a request is ever part of the
 * document. IE runs no script of a document before 1 KiB of it is there (WSE client code), hence
 * the blanks.
 */
const PREAMBLE =
  '<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title></title></head>' +
  '<body><script>var p=parent["_fg"+location.hash.replace(/\\D/g,"")]||function(){}</script>' +
  `${' '.repeat(1024)}\r\n`;

/** Each delivery is a script, which runs as soon as its end tag is there. */
const encoding = {
  contentType: 'text/html; charset=utf-8',
  encoder: wrappedText((frames) => `<script>p(${jsString(frames)})</script>\r\n`),
};

/**
 * The address holds the token, so it goes to nobody as a Referer. The document does nothing but run
 * its own scripts.
 */
const CLOSED: Headers = {
  'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
};

/**
 * A document without end in a frame: PROTOCOL.md §4.5. There are two carriers by how the client
 * holds the frame, as some networks and engines bear only one of them; here they are the same.
 */
function documentTransport(action: string): DownstreamTransport {
  return streamTransport({
    action,
    source: 'url',
    encodings: { text: encoding, byte: encoding },
    headers: CLOSED,
    preamble: PREAMBLE,
    isFreed: false,
  });
}

export const htmlfile = documentTransport('htmlfile');
export const iframeHtmlfile = documentTransport('iframe-htmlfile');
