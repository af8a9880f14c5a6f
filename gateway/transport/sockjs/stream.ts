import type { SockJsEncoder } from '../../dialect/sockjs.ts';
import type { ResponseStream } from '../../http/exchange.ts';
import { StreamCarrier } from '../stream-carrier.ts';
import type { DownForm, FormBase } from './form.ts';
import { merged, streamed } from './headers.ts';

/** How a stream begins, and how it writes frames. */
export interface StreamEncoding {
  /** Goes before the first frame, and is not counted. */
  readonly prelude: string;
  readonly encoder: SockJsEncoder;
}

/** How one kind of stream differs from another. */
export interface StreamForm extends FormBase {
  readonly contentType: string;
  /** By the query of the request. Throws a `RequestError` 400. */
  encodingFor(query: string): StreamEncoding;
}

/**
 * A wire form whose downstream is a response that goes on until it has reached its limit: engines
 * free its text only at its end.
 */
export function streamForm({ contentType, encodingFor, ...base }: StreamForm): DownForm {
  const fields = streamed(contentType);
  return {
    ...base,
    direction: 'down',
    receive: ({ exchange, headers, responseLimit }) => {
      const { prelude, encoder } = encodingFor(exchange.query);
      const begin = (): ResponseStream => {
        const response = exchange.stream(200, merged(fields, headers));
        response.write(prelude);
        return response;
      };
      return {
        begin: (session, isNew) => {
          const carrier = new StreamCarrier(base.action, begin(), encoder, session, { limit: responseLimit });
          if (isNew) carrier.open(encoder.opened);
          session.attachCarrier(carrier, 1, 0);
          return carrier;
        },
        turnAway: (status) => {
          const response = begin();
          response.write(encoder.closed(status));
          response.end();
        },
      };
    },
  };
}
