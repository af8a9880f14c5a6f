import { RequestError } from '../base/errors.ts';
import type { Exchange, Headers } from '../http/exchange.ts';
import { MalformedError } from '../protocol/unit.ts';

/** Answers what is wrong in one short line, with nothing of the request in it (PROTOCOL.md §11). */
export function refuse(exchange: Exchange, headers: Headers, status: number, reason: string): void {
  exchange.reply(status, headers, `${reason}\n`);
}

/** Answers a client's mistake; anything else is the gateway's own and is thrown on. */
export function refuseFor(exchange: Exchange, headers: Headers, error: unknown): void {
  if (error instanceof MalformedError) refuse(exchange, headers, 400, error.message);
  else if (error instanceof RequestError) refuse(exchange, headers, error.status, error.message);
  else throw error;
}
