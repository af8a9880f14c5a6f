import { RequestError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Exchange, Headers, RequestHead } from '../http/exchange.ts';
import { MalformedError } from '../protocol/unit.ts';

/** Answers what is wrong in one short line, with nothing of the request in it (PROTOCOL.md §11). */
export function refuse(exchange: Exchange, headers: Headers, status: number, reason: string): void {
  exchange.reply(status, headers, `${reason}\n`);
}

/** Answers a request whose body is over its bound. */
export function refuseLong(exchange: Exchange, headers: Headers): void {
  refuse(exchange, headers, 413, 'body too long');
}

/** Answers a client's mistake with its status. Anything else is the gateway's own: 500, and a line in the log, but never the end of the process. */
export function refuseFor(exchange: Exchange, headers: Headers, error: unknown, log: Log): void {
  if (error instanceof MalformedError) refuse(exchange, headers, 400, error.message);
  else if (error instanceof RequestError) {
    tellRefusal(log, exchange, error);
    refuse(exchange, headers, error.status, error.message);
  } else {
    log.error('internal error', {
      stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    refuse(exchange, headers, 500, 'internal error');
  }
}

/**
 * Logs a refusal. The operator sees those that an option decides; what else clients do wrong would
 * only fill the log.
 */
export function tellRefusal(
  log: Log,
  { remoteAddress }: Pick<RequestHead, 'remoteAddress'>,
  error: RequestError,
): void {
  const { code, status, message, option } = error;
  const level = option === undefined ? 'debug' : 'info';
  log[level]('request refused', { code, status, reason: message, option, remoteAddress });
}
