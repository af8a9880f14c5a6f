import { wrappedText } from '../dialect/text.ts';
import { streamTransport } from './stream-transport.ts';

/**
 * Frames in text form have no line ends in them, so each event is one `data` line (WHATWG HTML,
 * server-sent events).
 */
const encoding = {
  contentType: 'text/event-stream; charset=utf-8',
  encoder: wrappedText((frames) => `data:${frames}\n\n`),
};

/**
 * Server-sent events. The engine frees each one after its dispatch, so the stream has no budget.
 */
export const eventSource = streamTransport({
  action: 'eventsource',
  source: 'url',
  encodings: { text: encoding, byte: encoding },
  isFreed: true,
});
