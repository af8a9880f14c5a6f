/**
 * The base of every error the gateway makes itself. `code` is stable and documented in the README; the message is one line
 * for people.
 */
export class GatewayError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The operator's mistake: a flag, a config key, a file that cannot be read. */
export class ConfigError extends GatewayError {}

/** The client's mistake or bad luck: it becomes an HTTP status and a short line, never a 500. */
export class RequestError extends GatewayError {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

/**
 * A backend did not accept the handshake. `status` is the HTTP status it answered, if it answered one: a native client sees
 * it as it came, a fallback client never does (PROTOCOL.md §3).
 */
export class RefusedError extends GatewayError {
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super('GW_REFUSED', message, options);
    this.status = status;
  }
}
