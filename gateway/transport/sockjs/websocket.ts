import type { Exchange } from '../../http/exchange.ts';
import { PLAIN } from '../../http/plain.ts';
import { refuse } from '../refuse.ts';

/** A plain request of a WebSocket's address, in the words that the protocol's own tests look for (SockJS 0.3.3, "WebsocketHttpErrors"). */
export function answerPlain(exchange: Exchange, isOffered: boolean): void {
  if (!isOffered) refuse(exchange, PLAIN, 404, 'not found');
  else if (exchange.method !== 'GET') exchange.reply(405, { allow: 'GET' }, '');
  else if (exchange.header('upgrade')?.toLowerCase() === 'websocket')
    refuse(exchange, PLAIN, 400, '"Connection" must be "Upgrade".');
  else refuse(exchange, PLAIN, 400, 'Can "Upgrade" only to "WebSocket".');
}
