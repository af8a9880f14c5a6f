import { GatewayError } from '../base/errors.ts';

/**
 * What ends a STOMP connection with an ERROR frame. The message is one line for the client and for the log: nothing of a
 * credential stands in it.
 */
export class StompError extends GatewayError {
  /** Further header entries of the ERROR frame. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: string, headers: Readonly<Record<string, string>> = {}) {
    super('GW_STOMP', message);
    this.headers = headers;
  }
}
