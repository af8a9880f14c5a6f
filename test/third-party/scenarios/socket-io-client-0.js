import { same } from './conversation.js';

/** A handshake over plain HTTP, then acknowledgements and a disconnection by the server. */
export default async function socketIo0(base) {
  const socket = window.io.connect(base.replace('ws', 'http'), {
    resource: 'socket.io-0',
    transports: ['websocket'],
    'try multiple transports': false,
    reconnect: false,
  });
  await new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    for (const kind of ['connect_failed', 'error']) socket.on(kind, reject);
  });
  const value = { text: 'Grüße 😀', numbers: [1, 2, 3] };
  same(await new Promise((resolve) => socket.emit('echo', value, resolve)), value, 'acknowledgement');
  const left = new Promise((resolve) => socket.on('disconnect', resolve));
  socket.emit('leave');
  same(await left, 'booted', 'reason');
}
