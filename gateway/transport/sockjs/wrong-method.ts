import { RequestError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { NO_SNIFF } from '../../base/security-headers.ts';
import type { Exchange } from '../../http/exchange.ts';
import { logRefusal } from '../../http/refuse.ts';

/** The answer has neither a body nor a type (SockJS 0.3.3, "verify405"). */
export function wrongMethod(exchange: Exchange, allow: string, log: Log): void {
  logRefusal(log, exchange, new RequestError('GW_METHOD'));
  exchange.reply(405, { allow, ...NO_SNIFF }, '');
}
