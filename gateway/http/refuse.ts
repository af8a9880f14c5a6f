import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Headers, RequestHead } from './exchange.ts';

/** What can be answered: an exchange, or an Upgrade in place of its 101. */
export interface Answerable extends Pick<RequestHead, 'remoteAddress'> {
  reply(status: number, headers: Headers, body: string): void;
}

/**
 * Answers with an error. A client's mistake gets its status and its text in one line, with nothing
 * of the request in it (PROTOCOL.md §11). Any other error is the gateway's own: 500, and a log line
 * with the stack, but never the end of the process. `headers` are added to the answer.
 */
export function refuse(to: Answerable, headers: Headers, error: unknown, log: Log): void {
  if (!(error instanceof RequestError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error('internal error', { code: 'GW_INTERNAL', stack });
    to.reply(500, headers, 'internal error\n');
    return;
  }
  const { status, message } = error;
  logRefusal(log, to, error);
  // 503 passes by itself: the client may ask again.
  to.reply(status, status === 503 ? { 'retry-after': '1', ...headers } : headers, `${message}\n`);
}

/**
 * Logs a refusal. The operator sees those that an option decides; what else clients do wrong would
 * only fill the log.
 */
export function logRefusal(
  log: Log,
  { remoteAddress }: Pick<RequestHead, 'remoteAddress'>,
  error: RequestError,
): void {
  const { code, status, message, option } = error;
  const level = option === undefined ? 'debug' : 'info';
  log[level]('request refused', { code, status, reason: message, option, remoteAddress });
}
