import { END, encodeDelivery, encodePadding, HEARTBEAT, RECYCLE } from '../dialect/resumable.ts';
import type { Headers } from '../http/exchange.ts';
import { END_LETTER, noAnswer } from './end-frames.ts';
import { streamed } from './headers.ts';
import { jsString } from './legacy/js-string.ts';
import { type Spelling, StreamCarrier } from './stream-carrier.ts';
import type { DownstreamTransport } from './transport.ts';

/**
 * How the document begins. Its script finds the page's function by a number that stands behind the `#` of the address, which no request carries: so nothing of a
 * request is ever part of the document. IE runs no script of a document before 1 KiB of it is there (WSE client code), hence the blanks.
 */
const PREAMBLE =
  '<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title></title></head>' +
  '<body><script>var p=parent["_fg"+location.hash.replace(/\\D/g,"")]||function(){}</script>' +
  `${' '.repeat(1024)}\r\n`;

/** Frames for the page, in a script that runs as soon as its end tag is there. */
function script(frames: string): string {
  return `<script>p(${jsString(frames)})</script>\r\n`;
}

const AS_SCRIPTS: Spelling = {
  contentType: 'text/html; charset=utf-8',
  delivery: (delivery, positioned) => script(encodeDelivery(delivery, positioned)),
  padding: (size) => script(encodePadding(size)),
  heartbeat: script(HEARTBEAT),
  recycle: script(RECYCLE),
  end: (reason) => script(END[END_LETTER[reason]]),
};

/** The address has the token in it, so it goes to nobody as a Referer; and the document does nothing but to run its own scripts. */
const CLOSED: Headers = {
  'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
};

function asDocument(headers: Headers): Headers {
  return { ...streamed(headers, AS_SCRIPTS.contentType), ...CLOSED };
}

/**
 * A document without end in a frame: PROTOCOL.md §4.5. Two carriers by how the client holds the frame, as networks and engines that bear one may not bear the
 * other; here they are the same.
 */
function documentTransport(action: string): DownstreamTransport {
  return {
    action,
    method: 'GET',
    source: 'url',
    direction: 'down',
    serve: ({ exchange, session, unit, headers, limits, wanted }) => {
      session.accept(unit, noAnswer);
      const response = exchange.stream(200, asDocument(headers));
      response.write(PREAMBLE);
      const carrier = new StreamCarrier(response, AS_SCRIPTS, session, limits.streamBudget);
      exchange.onGone(() => session.detach(carrier));
      carrier.pad(wanted.padding);
      session.attachCarrier(carrier, wanted.n, wanted.ack);
    },
    // A frame's status cannot be seen.
    unknown: (exchange, headers) => exchange.reply(200, asDocument(headers), PREAMBLE + script(END.g)),
  };
}

export const htmlfile = documentTransport('htmlfile');
export const iframeHtmlfile = documentTransport('iframe-htmlfile');
