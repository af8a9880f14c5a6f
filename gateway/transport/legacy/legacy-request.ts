import { RequestError } from '../../base/errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import { FormExchange } from './form.ts';
import { isCallback, ScriptExchange } from './script.ts';
import { WrappedExchange } from './wrapped.ts';

/** What a script tag may ask for. */
const SCRIPTED: ReadonlySet<string> = new Set(['create', 'send', 'jsonp-polling']);

/**
 * A request as it was meant: those of engines that cannot post, or see no status, say in their query in which way they ask (PROTOCOL.md §4.4). Throws a `RequestError`
 * for JSONP where it is not allowed, and for a callback of another name.
 */
export function asLegacyRequest(exchange: Exchange, action: string, jsonp: boolean): Exchange {
  const { method, query } = exchange;
  const way = /^[wcf]=/.test(query) ? query.charAt(0) : '';
  if (way === 'w') return new WrappedExchange(exchange);
  if (way === '' && action !== 'jsonp-polling') return exchange;
  if (!jsonp) throw new RequestError('GW_JSONP');
  if (way === 'f' && method === 'POST' && action === 'send') return new FormExchange(exchange);
  if (way !== 'c' || method !== 'GET' || !SCRIPTED.has(action)) return exchange;
  const callback = /^c=([^&]*)/.exec(query)?.[1] ?? '';
  if (!isCallback(callback)) throw new RequestError('GW_CALLBACK');
  return new ScriptExchange(exchange, callback);
}
