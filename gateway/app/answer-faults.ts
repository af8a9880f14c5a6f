import type { IncomingMessage } from 'node:http';
import type { RequestError } from '../base/errors.ts';
import { headerValue } from '../base/raw-headers.ts';
import { unusableAnswer } from './app-failure.ts';

/** Why an answer, by its head, cannot be passed on. */
export function answerFault({ statusCode, rawHeaders }: IncomingMessage): RequestError | undefined {
  // The client would take what follows for another protocol.
  if (statusCode === 101) {
    return unusableAnswer('it changes to another protocol, and no request was for that');
  }
  const coding = headerValue(rawHeaders, 'transfer-encoding');
  return coding === undefined || coding.toLowerCase() === 'chunked'
    ? undefined
    : unusableAnswer('its answer has a transfer coding besides chunked');
}

export function wrongCoding(): RequestError {
  return unusableAnswer('its answer is not in the Content-Encoding that it names');
}
