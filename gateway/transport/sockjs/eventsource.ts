import { sockjs } from '../../dialect/sockjs.ts';
import { streamForm } from './stream.ts';

/**
 * A frame has no line ends in it, so each is one `data` line (WHATWG HTML, server-sent events). The
 * client undoes URI escapes, so `%` has to be one (sockjs-client, receiver/eventsource.js). The
 * empty line at the start is for Opera (SockJS 0.3.3, "EventSource").
 */
const ENCODING = {
  prelude: '\r\n',
  encoder: sockjs((frame) => `data: ${frame.includes('%') ? frame.replaceAll('%', '%25') : frame}\r\n\r\n`),
};

/** Server-sent events. */
export const eventSource = streamForm({
  action: 'eventsource',
  method: 'GET',
  isCallback: false,
  contentType: 'text/event-stream',
  encodingFor: () => ENCODING,
});
