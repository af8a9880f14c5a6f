import { same } from './conversation.js';

/** Acknowledgements, binary attachments, and a disconnection by the server. */
export async function socketIo(io, base, path) {
  const socket = io(base.replace('ws', 'http'), { path, transports: ['websocket'], reconnection: false });
  const ask = (value) => new Promise((resolve) => socket.emit('echo', value, resolve));
  await new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    for (const kind of ['connect_error', 'error']) socket.on(kind, reject);
  });
  same(await ask({ text: 'Grüße' }), { text: 'Grüße' }, 'acknowledgement');
  const { bytes } = await ask({ bytes: new Uint8Array([0, 127, 255]).buffer });
  same([...new Uint8Array(bytes)], [0, 127, 255], 'binary');
  const left = new Promise((resolve) => socket.on('disconnect', resolve));
  socket.emit('leave');
  same(await left, 'io server disconnect', 'reason');
}
