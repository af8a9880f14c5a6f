import { WebSocket as PartySocket } from 'partysocket';
import { once, same } from './conversation.js';

/** Makes new events of those that it gets, by their own constructors. */
export default async function partySocket(base) {
  const socket = new PartySocket(`${base}/echo`, ['chat'], {
    minReconnectionDelay: 10,
    maxReconnectionDelay: 20,
  });
  socket.binaryType = 'arraybuffer';
  await once(socket, 'open');
  socket.send(new Uint8Array([0, 255]));
  same([...new Uint8Array((await once(socket, 'message')).data)], [0, 255], 'binary');
  socket.send('close 4001 bye');
  const { code, reason } = await once(socket, 'close');
  same([code, reason], [4001, 'bye'], 'close');
  socket.send('again');
  same((await once(socket, 'message')).data, 'again', 'message');
  socket.close();
}
