/**
 * How a connection was ended. `code` is what the WebSocket interface shows: 1005 for a Close
 * without a code, 1006 for an end without a Close (RFC 6455 §7.1.5). These two are never sent.
 */
export interface CloseStatus {
  readonly code: number;
  readonly reason: string;
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
