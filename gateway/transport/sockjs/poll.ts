import type { SockJsEncoder } from '../../dialect/sockjs.ts';
import { PollCarrier } from '../poll-carrier.ts';
import type { DownForm, FormBase } from './form.ts';
import { merged, uncached } from './headers.ts';

/** Bytes of payload that one answer carries, about. */
const ROOM = 262_144;

/** How one kind of poll differs from another. */
export interface PollForm extends FormBase {
  /** By the query of the request. Throws a `RequestError` 400. */
  encoderFor(query: string): SockJsEncoder;
}

/** A wire form whose downstream is a request that is answered with one frame. */
export function pollForm({ encoderFor, ...base }: PollForm): DownForm {
  const fields = uncached('application/javascript');
  return {
    ...base,
    direction: 'down',
    receive: ({ exchange, headers }) => {
      const encoder = encoderFor(exchange.query);
      const reply = (frame: string): void => exchange.reply(200, merged(fields, headers), frame);
      return {
        begin: (session, isNew) => {
          if (isNew) {
            reply(encoder.opened);
            return undefined;
          }
          const carrier = new PollCarrier(base.action, exchange, merged(fields, headers), encoder, ROOM);
          session.attachCarrier(carrier, 1, 0);
          return carrier;
        },
        turnAway: (status) => reply(encoder.closed(status)),
      };
    },
  };
}
