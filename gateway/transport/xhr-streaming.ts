import {
  END,
  END_BYTES,
  encodeDelivery,
  encodeDeliveryBytes,
  encodePadding,
  encodePaddingBytes,
  HEARTBEAT,
  HEARTBEAT_BYTES,
  RECYCLE,
  RECYCLE_BYTES,
} from '../dialect/resumable.ts';
import { END_LETTER, noAnswer } from './end-frames.ts';
import { streamed } from './headers.ts';
import { type Spelling, StreamCarrier } from './stream-carrier.ts';
import type { DownstreamTransport } from './transport.ts';

const IN_TEXT: Spelling = {
  contentType: 'text/plain; charset=utf-8',
  delivery: encodeDelivery,
  padding: encodePadding,
  heartbeat: HEARTBEAT,
  recycle: RECYCLE,
  end: (reason) => END[END_LETTER[reason]],
};

const IN_BYTES: Spelling = {
  contentType: 'application/octet-stream',
  delivery: encodeDeliveryBytes,
  padding: encodePaddingBytes,
  heartbeat: HEARTBEAT_BYTES,
  recycle: RECYCLE_BYTES,
  end: (reason) => END_BYTES[END_LETTER[reason]],
};

/** A response without end, read while it grows (PROTOCOL.md §6.3). The engine frees its text only at its end, hence the budget. */
export const xhrStreaming: DownstreamTransport = {
  action: 'xhr-streaming',
  method: 'POST',
  source: 'body',
  direction: 'down',
  serve: ({ exchange, session, unit, headers, limits, wanted }) => {
    session.accept(unit, noAnswer);
    const spelling = wanted.form === 'byte' ? IN_BYTES : IN_TEXT;
    const response = exchange.stream(200, streamed(headers, spelling.contentType));
    const carrier = new StreamCarrier(response, spelling, session, limits.streamBudget);
    exchange.onGone(() => session.detach(carrier));
    carrier.pad(wanted.padding);
    session.attachCarrier(carrier, wanted.n, wanted.ack);
  },
  unknown: (exchange, headers) => exchange.reply(404, headers, END.g),
};
