import { bytes } from '../dialect/bytes.ts';
import { text } from '../dialect/text.ts';
import { MalformedError } from '../protocol/unit.ts';
import { binary } from './headers.ts';
import { PollCarrier } from './poll-carrier.ts';
import type { DownstreamTransport } from './transport.ts';

function pollTransport(action: string): DownstreamTransport {
  return {
    action,
    method: 'POST',
    source: 'body',
    direction: 'down',
    serve: ({ exchange, session, unit, headers, limits, wanted }) => {
      session.acceptCarried(unit);
      const room = limits.pollBudget;
      const poll =
        wanted.form === 'byte'
          ? new PollCarrier(action, exchange, binary(headers), bytes, room)
          : new PollCarrier(action, exchange, headers, text, room, wanted.brief);
      // It waits with the poll, and a bound function is smaller than a closure.
      exchange.onGone(session.detach.bind(session, poll));
      session.attachCarrier(poll, wanted.n, wanted.ack);
    },
    unknown: (exchange, headers) => exchange.reply(404, headers, text.end('gone')),
  };
}

/**
 * Long polling: a request is answered with what there is, as soon as there is something
 * (PROTOCOL.md §6.2).
 */
export const xhrPolling = pollTransport('xhr-polling');

/** The same by XDomainRequest, whose exchange wraps the answer. */
export const xdrPolling = pollTransport('xdr-polling');

const scriptPolling = pollTransport('jsonp-polling');

/** The same by script tags: the exchange puts the answer in a call (`ScriptExchange`). */
export const jsonpPolling: DownstreamTransport = {
  ...scriptPolling,
  serve: (call) => {
    if (call.wanted.form === 'byte') throw new MalformedError('a script holds text only');
    scriptPolling.serve(call);
  },
};
