import ReconnectingWebSocket from 'reconnecting-websocket';
import { once, same } from './conversation.js';

/** Opens again when the server has closed, and sends what was given to it meanwhile. */
export default async function reconnecting(base) {
  const socket = new ReconnectingWebSocket(`${base}/echo`, ['chat'], {
    minReconnectionDelay: 10,
    maxReconnectionDelay: 20,
  });
  await once(socket, 'open');
  same(socket.protocol, 'chat', 'protocol');
  socket.send('close 4001 bye');
  const { code, reason } = await once(socket, 'close');
  same([code, reason], [4001, 'bye'], 'close');
  socket.send('again');
  same((await once(socket, 'message')).data, 'again', 'message');
  socket.close(1000, 'done');
  same((await once(socket, 'close')).code, 1000, 'own close');
}
