// What scenarios share: a whole conversation with the echo server, and waiting for events.

/** Resolves with the first event of a kind. */
export function once(target, kind) {
  return new Promise((resolve) => {
    target.addEventListener(kind, function first(event) {
      target.removeEventListener(kind, first);
      resolve(event);
    });
  });
}

export function check(isRight, what) {
  if (!isRight) throw new Error(what);
}

export function same(seen, wanted, what) {
  const [one, other] = [JSON.stringify(seen), JSON.stringify(wanted)];
  check(one === other, `${what}: ${one} instead of ${other}`);
}

/** Text, binary, and a close of the server's with code and reason, all over one socket. */
export async function conversation(socket) {
  socket.binaryType = 'arraybuffer';
  if (socket.readyState === 0) await Promise.race([once(socket, 'open'), failed(socket)]);
  socket.send('Grüße 😀');
  same((await once(socket, 'message')).data, 'Grüße 😀', 'text');
  socket.send(new Uint8Array([0, 127, 255]));
  same([...new Uint8Array((await once(socket, 'message')).data)], [0, 127, 255], 'binary');
  socket.send('close 4001 bye');
  const { code, reason, wasClean } = await once(socket, 'close');
  same([code, reason, wasClean], [4001, 'bye', true], 'close');
}

/** Rejects when the socket closes. */
export async function failed(socket) {
  const { code, reason } = await once(socket, 'close');
  throw new Error(`closed before it opened: ${code} ${reason}`);
}
