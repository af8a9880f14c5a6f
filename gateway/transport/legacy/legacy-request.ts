import { RequestError } from '../../base/errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import { FormExchange } from './form.ts';
import { isCallback, ScriptExchange } from './script.ts';
import { WrappedExchange } from './wrapped.ts';

/** Actions that a script tag may request. */
const SCRIPTED: ReadonlySet<string> = new Set(['create', 'send', 'jsonp-polling']);

/**
 * Turns a request of an engine that cannot post, or sees no status, into the request that it stands
 * for. Its query says which kind it is (PROTOCOL.md §4.4). Throws a `RequestError` for JSONP where
 * it is not allowed, and for a callback with another name.
 */
export function asLegacyRequest(exchange: Exchange, action: string, jsonp: boolean): Exchange {
  const { method, query } = exchange;
  if (query === '' && action !== 'jsonp-polling') return exchange;
  const kind = /^[wcf]=/.test(query) ? query.charAt(0) : '';
  if (kind === 'w') return new WrappedExchange(exchange);
  if (kind === '' && action !== 'jsonp-polling') return exchange;
  if (!jsonp) throw new RequestError('GW_JSONP');
  if (kind === 'f' && method === 'POST' && action === 'send') return new FormExchange(exchange);
  if (kind !== 'c' || method !== 'GET' || !SCRIPTED.has(action)) return exchange;
  const callback = /^c=([^&]*)/.exec(query)?.[1] ?? '';
  if (!isCallback(callback)) throw new RequestError('GW_CALLBACK');
  return new ScriptExchange(exchange, callback);
}

/**
 * A `create` that is refused before it is known whether the route allows its form. Its client reads
 * the refusal as it would read an answer; otherwise it would wait for one.
 */
export function asRefusedRequest(exchange: Exchange, action: string): Exchange {
  const { method, query } = exchange;
  if (action !== 'create') return exchange;
  if (query.startsWith('w=')) return new WrappedExchange(exchange);
  const callback = /^c=([^&]*)/.exec(query)?.[1] ?? '';
  return method === 'GET' && isCallback(callback) ? new ScriptExchange(exchange, callback) : exchange;
}
