import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Answers a handshake with a response of our own and ends the connection. `text` is one short line with nothing of the request
 * in it. Harmless on a socket that was answered before or is gone.
 */
export function refuse(socket: Socket, status: number, text: string, fields: readonly string[] = []): void {
  if (!socket.writable) return;
  const body = `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
  ];
  for (let index = 0; index < fields.length; index += 2) lines.push(`${fields[index]}: ${fields[index + 1]}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  socket.destroySoon();
}
