import type { IncomingMessage, ServerResponse } from 'node:http';
import { forEachHeader, type RawHeaders } from '../base/raw-headers.ts';

/** Bytes that wait for the client; with more, interim answers are dropped. No pipe limits them. */
const MOST_WAITING = 16_384;

/** Passes 100, 102 and 103 on (RFC 9110 §15.2). Clients of HTTP/1.0 know none. */
export function passInterim(
  { statusCode, rawHeaders }: { readonly statusCode: number; readonly rawHeaders: RawHeaders },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (response.headersSent || request.httpVersion === '1.0') return;
  if (response.writableLength > MOST_WAITING) return;
  if (statusCode === 100 && request.headers.expect !== undefined) response.writeContinue();
  if (statusCode === 102) response.writeProcessing();
  if (statusCode === 103) writeEarlyHints(response, rawHeaders);
}

/** Node checks the form of `Link`, and throws for one that it does not know. */
function writeEarlyHints(response: ServerResponse, rawHeaders: RawHeaders): void {
  const hints: Record<string, string | string[]> = Object.create(null);
  forEachHeader(rawHeaders, (lower, value) => {
    const before = hints[lower];
    hints[lower] = before === undefined ? value : [before, value].flat();
  });
  try {
    response.writeEarlyHints(hints);
  } catch {
    // They are hints only.
  }
}
