import { encodeAck } from '../dialect/resumable.ts';
import type { UpstreamTransport } from './transport.ts';

/**
 * Frames from the client. The answer acknowledges what was taken, and is delayed while the backend
 * is slow (PROTOCOL.md §5).
 */
export const send: UpstreamTransport = {
  action: 'send',
  method: 'POST',
  source: 'body',
  direction: 'up',
  serve: ({ exchange, session, unit, headers }) => {
    session.accept(unit, (ack) => exchange.reply(200, headers, encodeAck(ack)));
  },
};
