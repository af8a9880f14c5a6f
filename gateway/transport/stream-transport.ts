import type { ResumableEncoder } from '../dialect/resumable.ts';
import { text } from '../dialect/text.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import type { EndReason } from '../protocol/delivery.ts';
import { type Form, MalformedError } from '../protocol/unit.ts';
import { streamed } from './headers.ts';
import { StreamCarrier } from './stream-carrier.ts';
import type { DownstreamTransport } from './transport.ts';

/** How one form of frames is streamed. */
export interface StreamEncoding {
  readonly contentType: string;
  readonly encoder: ResumableEncoder;
}

/** How one kind of stream differs from another. */
export interface StreamForm {
  /** Last segment of its addresses. */
  readonly action: string;
  readonly source: 'body' | 'url';
  /** By the form that the client wants. Carriers without a body have text form only. */
  readonly encodings: Readonly<Record<Form, StreamEncoding>>;
  /** Header fields beside those of every stream. */
  readonly headers?: Headers;
  /** Goes before the first frame, and is not counted. */
  readonly preamble?: string;
  /** The engine frees what it has read, so the stream may go on without end. */
  readonly isFreed: boolean;
}

/**
 * Chromium 55 to 61 shows no byte of a text before the fourth has come (seen in QtWebEngine 5.9 and
 * 5.10 and in CEF 57), and a stream's position has three.
 */
const LEAST_PADDING = 1;

/** A transport whose downstream is a response that goes on (PROTOCOL.md §6.3). */
export function streamTransport(form: StreamForm): DownstreamTransport {
  const { action, source, preamble = '' } = form;
  const headersOf = (headers: Headers, { contentType }: StreamEncoding): Headers => ({
    ...streamed(headers, contentType),
    ...form.headers,
  });
  const endAtOnce = (exchange: Exchange, headers: Headers, reason: EndReason): void => {
    const { text: encoding } = form.encodings;
    const body = `${preamble}${encoding.encoder.end(reason)}`;
    exchange.reply(200, headersOf(headers, encoding), body);
  };
  return {
    action,
    method: source === 'url' ? 'GET' : 'POST',
    source,
    direction: 'down',
    serve: ({ exchange, session, unit, headers, limits, wanted }) => {
      if (wanted.brief) throw new MalformedError('a stream is held');
      session.acceptCarried(unit);
      const encoding = form.encodings[wanted.form];
      const { encoder } = encoding;
      const response = exchange.stream(200, headersOf(headers, encoding), encoder.end('recycled'));
      if (preamble !== '') response.write(preamble);
      // For engines that hold the first bytes back.
      const padding = source === 'body' ? Math.max(wanted.padding, LEAST_PADDING) : wanted.padding;
      if (padding > 0) response.write(encoder.padding(padding));
      const limit = form.isFreed ? Number.POSITIVE_INFINITY : limits.streamBudget;
      const rule = { limit, recycle: encoder.recycle };
      const carrier = new StreamCarrier(action, response, encoder, session, rule);
      // It stays with the stream, and a bound function is smaller than a closure.
      exchange.onGone(session.detach.bind(session, carrier));
      session.attachCarrier(carrier, wanted.n, wanted.ack);
    },
    unknown: (exchange, headers) => {
      if (source === 'body') exchange.reply(404, headers, text.end('gone'));
      // The client of a GET carrier sees no status, so this is a proper stream that ends.
      else endAtOnce(exchange, headers, 'gone');
    },
    later: (exchange, headers) => endAtOnce(exchange, headers, 'recycled'),
  };
}
