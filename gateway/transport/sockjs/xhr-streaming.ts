import type { DownForm } from './form.ts';
import { merged, streamed } from './headers.ts';
import { Stream, type StreamSpelling } from './stream.ts';

const HEADERS = streamed('application/javascript');

/** 2 KiB before the first frame make engines show what comes after (SockJS 0.3.3, "XhrStreaming"). */
const AS_LINES: StreamSpelling = {
  prelude: `${'h'.repeat(2048)}\n`,
  frame: (frame) => `${frame}\n`,
};

/** A response read while it grows: a frame is a line. */
export const xhrStreaming: DownForm = {
  action: 'xhr_streaming',
  method: 'POST',
  isCallback: false,
  preflight: 'OPTIONS, POST',
  direction: 'down',
  receive: ({ exchange, headers, responseLimit }) =>
    new Stream(() => exchange.stream(200, merged(HEADERS, headers)), AS_LINES, responseLimit),
};
