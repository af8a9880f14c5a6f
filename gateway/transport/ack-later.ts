/**
 * The answer to frames that travel on a request for a downstream: the downstream brings the
 * acknowledgement.
 */
export function ackLater(): void {}
