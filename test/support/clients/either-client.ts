import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FallbackClient } from './fallback-client.ts';
import { PollingSocket } from './polling-socket.ts';

/** What both kinds of client are to a test. */
export interface EitherClient {
  send(text: string): void;
  next(): Promise<string>;
  closed: Promise<string>;
  close(): void;
}

/** Opens a client; a refusal rejects with an Error that names the status. */
export type OpenClient = (
  port: number,
  path: string,
  protocols?: string[],
  certificate?: string,
) => Promise<EitherClient>;

export const openNative: OpenClient = async (port, path, protocols = [], certificate) => {
  const origin = certificate === undefined ? `ws://127.0.0.1:${port}` : `wss://localhost:${port}`;
  const socket = new WebSocket(`${origin}${path}`, protocols, { ca: certificate });
  const texts: string[] = [];
  const closed = once(socket, 'close').then(([code, reason]) => `${code},${reason}`);
  socket.on('message', (data) => texts.push(String(data)));
  await once(socket, 'open');
  const next = async (): Promise<string> => {
    if (texts.length === 0) await once(socket, 'message');
    return texts.shift() as string;
  };
  return { send: (text) => socket.send(text), next, closed, close: () => socket.close(1000) };
};

let clients: FallbackClient[] = [];

export const openFallback: OpenClient = async (port, path, protocols = [], certificate) => {
  const client = new FallbackClient(port, certificate);
  clients.push(client);
  const socket = await PollingSocket.open(client, path, { protocols: protocols.join(',') });
  const texts: string[] = [];
  const closed = once(socket, 'close').then(([status]) => String(status));
  socket.on('message', (text) => texts.push(text));
  const next = async (): Promise<string> => {
    if (texts.length === 0) await once(socket, 'message');
    return texts.shift() as string;
  };
  return { send: (text) => void socket.send(text), next, closed, close: () => void socket.close() };
};

/** Ends the connections of all that `openFallback` opened. */
export function closeFallbackClients(): void {
  for (const client of clients) client.close();
  clients = [];
}

/** A native client is refused with the server's status; a fallback client with that or 502. */
export async function refused(opening: Promise<unknown>, status: number): Promise<void> {
  await assert.rejects(opening, (error: Error) => {
    assert.match(error.message, new RegExp(`response: ${status}$|create: (502|${status}) `));
    return true;
  });
}
