import { RequestError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Remedy } from '../../base/remedy.ts';
import type { Exchange } from '../../http/exchange.ts';
import { PLAIN } from '../../http/plain.ts';
import { refuse } from '../../http/refuse.ts';
import { wrongMethod } from './wrong-method.ts';

/**
 * Answers a plain request of a WebSocket's address, in the words that the protocol's own tests look
 * for (SockJS 0.3.3, "WebsocketHttpErrors"). `isOffered`: clients may use WebSockets.
 */
export function answerPlain(exchange: Exchange, isOffered: boolean, log: Log): void {
  if (isOffered && exchange.method !== 'GET') wrongMethod(exchange, 'GET', log);
  else refuse(exchange, PLAIN, faultOf(exchange, isOffered), log);
}

export const OFFER: Remedy = { add: { key: 'sockjs', value: '{ websocket: true }', isTable: true } };

function faultOf(exchange: Exchange, isOffered: boolean): RequestError {
  if (!isOffered) return new RequestError('GW_SOCKJS', undefined, OFFER);
  const isUpgrade = exchange.header('upgrade')?.toLowerCase() === 'websocket';
  const message = isUpgrade ? '"Connection" must be "Upgrade".' : 'Can "Upgrade" only to "WebSocket".';
  return new RequestError('GW_BAD_HANDSHAKE', message);
}
