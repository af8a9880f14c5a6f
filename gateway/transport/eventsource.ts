import { END, encodeDelivery, encodePadding, HEARTBEAT, RECYCLE } from '../dialect/resumable.ts';
import type { Headers } from '../http/exchange.ts';
import { END_LETTER, noAnswer } from './end-frames.ts';
import { streamed } from './headers.ts';
import { type Spelling, StreamCarrier } from './stream-carrier.ts';
import type { DownstreamTransport } from './transport.ts';

/** Frames in text form have no line ends in them, so each event is one `data` line (WHATWG HTML, server-sent events). */
function event(frames: string): string {
  return `data:${frames}\n\n`;
}

const AS_EVENTS: Spelling = {
  contentType: 'text/event-stream; charset=utf-8',
  delivery: (delivery, positioned) => event(encodeDelivery(delivery, positioned)),
  padding: (size) => event(encodePadding(size)),
  heartbeat: event(HEARTBEAT),
  recycle: event(RECYCLE),
  end: (reason) => event(END[END_LETTER[reason]]),
};

/** Server-sent events. The engine frees each one after its dispatch, so the stream has no budget. */
export const eventSource: DownstreamTransport = {
  action: 'eventsource',
  method: 'GET',
  source: 'url',
  direction: 'down',
  serve: ({ exchange, session, unit, headers, wanted }) => {
    session.accept(unit, noAnswer);
    const response = exchange.stream(200, events(headers));
    const carrier = new StreamCarrier(response, AS_EVENTS, session, Number.POSITIVE_INFINITY);
    exchange.onGone(() => session.detach(carrier));
    carrier.pad(wanted.padding);
    session.attachCarrier(carrier, wanted.n, wanted.ack);
  },
  // An EventSource cannot see a status, so this is a proper event.
  unknown: (exchange, headers) => exchange.reply(200, events(headers), event(END.g)),
};

function events(headers: Headers): Headers {
  return streamed(headers, AS_EVENTS.contentType);
}
