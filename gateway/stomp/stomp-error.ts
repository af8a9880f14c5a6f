import { GatewayError } from '../base/errors.ts';
import type { LogFields } from '../base/log.ts';

/** Why a STOMP connection ends with an ERROR frame. */
export type StompErrorCode =
  | 'GW_STOMP_FRAME'
  | 'GW_STOMP_COMMAND'
  | 'GW_STOMP_LOGIN'
  | 'GW_STOMP_DESTINATION'
  | 'GW_STOMP_LIMIT'
  | 'GW_STOMP_TIMEOUT'
  | 'GW_STOMP_BROKER'
  | 'GW_MEMORY'
  | 'GW_INTERNAL';

/** What a `StompError` says beside its message. */
export interface StompErrorDetails {
  /** Further header entries of the ERROR frame. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further fields of the log line: `destination`, and `option`, which names what allows more. */
  readonly fields?: LogFields;
}

/**
 * Ends a STOMP connection with an ERROR frame. The message is one line, for the client and for the
 * log. Neither the message nor the fields contain a passcode.
 */
export class StompError extends GatewayError {
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: LogFields;

  constructor(code: StompErrorCode, message: string, details: StompErrorDetails = {}) {
    super(code, message);
    this.headers = details.headers ?? {};
    this.fields = details.fields ?? {};
  }
}

/** A bound is reached. `option` is the setting that raises it, if the operator can. */
export function limitError(message: string, option?: string, fields: LogFields = {}): StompError {
  return new StompError('GW_STOMP_LIMIT', message, { fields: { ...fields, option } });
}

/** The memory held for clients is at its bound. */
export function memoryError(): StompError {
  return new StompError('GW_MEMORY', 'out of memory for clients', {
    fields: { option: '--memory or --memory-per-address' },
  });
}
