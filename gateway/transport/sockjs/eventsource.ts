import type { DownForm } from './form.ts';
import { merged, streamed } from './headers.ts';
import { Stream, type StreamSpelling } from './stream.ts';

const HEADERS = streamed('text/event-stream');

/** The empty line at the start is for Opera (SockJS 0.3.3, "EventSource"). The client undoes URI escapes, so `%` has to be one (sockjs-client, receiver/eventsource.js). */
const AS_EVENTS: StreamSpelling = {
  prelude: '\r\n',
  frame: (frame) => `data: ${frame.includes('%') ? frame.replaceAll('%', '%25') : frame}\r\n\r\n`,
};

/** Server-sent events: a frame has no line ends in it, so each is one `data` line (WHATWG HTML, server-sent events). */
export const eventSource: DownForm = {
  action: 'eventsource',
  method: 'GET',
  isCallback: false,
  direction: 'down',
  receive: ({ exchange, headers, responseLimit }) =>
    new Stream(() => exchange.stream(200, merged(HEADERS, headers)), AS_EVENTS, responseLimit),
};
