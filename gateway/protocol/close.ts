/**
 * How a connection was ended. `code` is what the WebSocket interface shows: 1005 for a Close
 * without a code, 1006 for an end without a Close (RFC 6455 §7.1.5). These two are never sent.
 */
export interface CloseStatus {
  readonly code: number;
  readonly reason: string;
  /**
   * Of 1006: the peer broke the rules of the protocol. A browser then _fails_ the connection
   * (RFC 6455 §7.1.7), and the page gets an `error` before `close`.
   */
  readonly failed?: true;
}

/** The codes that the gateway uses (RFC 6455 §7.4.1; 1012–1014 from the IANA registry). */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  noStatus: 1005,
  abnormal: 1006,
  invalidPayload: 1007,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  badGateway: 1014,
} as const;

/** A Close without a code. */
export const NO_STATUS: CloseStatus = { code: CloseCode.noStatus, reason: '' };

/** An end without a Close. */
export const ABNORMAL: CloseStatus = { code: CloseCode.abnormal, reason: '' };

/** An end because the peer broke the rules. */
export const FAILED: CloseStatus = { ...ABNORMAL, failed: true };

/**
 * Whether browsers show a page this code when a server's Close has it. They fail the connection for
 * the three that RFC 6455 §7.4.1 reserves for what no Close says. Seen in Chromium; Firefox shows
 * these, too.
 */
export function mayPass(code: number): boolean {
  return code <= 0xffff && code !== CloseCode.noStatus && code !== CloseCode.abnormal && code !== TLS_FAILURE;
}

const TLS_FAILURE = 1015;

/** Whether a code may stand in a Close frame (RFC 6455 §7.4, IANA close code registry). */
export function mayTravel(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return (
    code >= 1000 &&
    code <= 1014 &&
    code !== 1004 &&
    code !== CloseCode.noStatus &&
    code !== CloseCode.abnormal
  );
}
