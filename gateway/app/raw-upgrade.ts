import type { IncomingMessage } from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { filterHeaders } from '../base/raw-headers.ts';

/** One end of a connection that has changed its protocol. */
interface End {
  readonly socket: Duplex;
  /** Bytes that have arrived already. */
  readonly head: Buffer;
}

/** Joins both ends of a connection whose protocol the gateway does not know. */
export function passRaw(client: End, app: End & { readonly answer: IncomingMessage }): void {
  const { answer } = app;
  const fields = filterHeaders(answer.rawHeaders, (name) => name !== 'keep-alive');
  let head = `HTTP/1.1 101 ${answer.statusMessage || 'Switching Protocols'}\r\n`;
  for (let index = 0; index < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`;
  client.socket.write(`${head}\r\n`, 'latin1');
  if (app.head.length > 0) app.socket.unshift(app.head);
  if (client.head.length > 0) client.socket.unshift(client.head);
  for (const socket of [client.socket, app.socket]) {
    // Each pipeline has several, beside those of the server.
    socket.setMaxListeners(0);
    (socket as Duplex & { setTimeout?: (time: number) => void }).setTimeout?.(0);
  }
  // Each direction ends by itself; an error or an early end of one destroys both.
  const done = (error: unknown): void => {
    if (!error) return;
    client.socket.destroy();
    app.socket.destroy();
  };
  pipeline(client.socket, app.socket, done);
  pipeline(app.socket, client.socket, done);
}
