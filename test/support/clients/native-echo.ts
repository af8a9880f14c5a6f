import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A native client of a gateway on this machine, open. */
export async function openNative(port: number, path = '/echo'): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await once(socket, 'open');
  return socket;
}

/** Sends a text, and takes the same one for the answer. */
export async function echo(socket: WebSocket, text: string): Promise<void> {
  socket.send(text);
  const [message] = await once(socket, 'message');
  assert.equal(String(message), text);
}
