import { type ErrorCode, type ErrorEntry, errorTable, type RequestErrorCode } from './error-table.ts';
import { optionName, type Remedy } from './remedy.ts';

/**
 * The base of every error that the gateway itself makes. `code` is stable and documented in
 * docs/errors.md; the message is one line for people.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * The operator's mistakes: flags, config keys, files that cannot be read. The message has one line
 * for each.
 */
export class ConfigError extends GatewayError {
  get problems(): readonly string[] {
    return this.message.split('\n');
  }
}

/**
 * A request is refused: the answer is the status of the code and one short line. The message is the
 * table's unless the caller knows more; nothing of the request may stand in it.
 */
export class RequestError extends GatewayError {
  readonly status: number;
  /** What the operator can do; absent: what the table's option says. */
  readonly remedy: Remedy | undefined;

  constructor(code: RequestErrorCode, message: string = errorTable[code].text, remedy?: Remedy) {
    super(code, message);
    this.status = errorTable[code].status;
    this.remedy = remedy;
  }

  /** The option that decides it; absent: none does. */
  get option(): string | undefined {
    if (this.remedy === undefined) return (errorTable[this.code] as ErrorEntry).option;
    return this.remedy.add && optionName(this.remedy.add.key);
  }

  /** The same request may succeed later. */
  get mayRetry(): boolean {
    return (errorTable[this.code] as ErrorEntry).retry === true;
  }
}

/** The refusal of a client that may have one request at a time, and sends another. */
export function oneAtATime(): RequestError {
  const remedy = { advice: 'the client has to wait for its answers, as sockjs-client does' };
  return new RequestError('GW_DELAYED', 'wait for the answer to the one before', remedy);
}

/**
 * A backend did not accept the handshake. `status` is the HTTP status it answered, if it answered
 * one. A native client gets it unchanged, a fallback client only 401 and 403 (PROTOCOL.md §3).
 */
export class RefusedError extends GatewayError {
  readonly status: number | undefined;
  /** Fields of the answer that a client can use, such as `WWW-Authenticate`: names and values. */
  readonly fields: readonly string[];
  /** What the operator can do; absent: status and cause tell. */
  readonly remedy: Remedy | undefined;

  constructor(
    message: string,
    status?: number,
    options?: ErrorOptions & {
      readonly remedy?: Remedy | undefined;
      readonly fields?: readonly string[];
      /** @default 'GW_REFUSED' */
      readonly code?: 'GW_AUTH';
    },
  ) {
    super(options?.code ?? 'GW_REFUSED', message, options);
    this.status = status;
    this.fields = options?.fields ?? [];
    this.remedy = options?.remedy;
  }
}
