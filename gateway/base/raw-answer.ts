import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Writes a whole HTTP response on a connection that no server writes to any more, and ends the
 * connection. An Upgrade gets it in place of a 101. `reason` is one short line that repeats nothing
 * of the request; its line end may be left out, and without text there is no body. `fields` are
 * names and values in turn. Harmless on a connection that was answered before or has gone.
 */
export function answerRaw(
  socket: Duplex,
  status: number,
  reason: string,
  fields: readonly string[] = [],
): void {
  if (!statuses.has(socket)) statuses.set(socket, status);
  if (socket.writable) socket.end(encode(status, reason, fields), 'latin1');
  if (socket.writableFinished) socket.destroy();
  else socket.once('finish', () => socket.destroy());
}

function encode(status: number, reason: string, fields: readonly string[]): string {
  const body = reason === '' || reason.endsWith('\n') ? reason : `${reason}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: text/plain; charset=utf-8']),
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
  ];
  for (let index = 0; index < fields.length; index += 2) lines.push(`${fields[index]}: ${fields[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** For the access log: nothing else knows what was answered in place of a 101. */
const statuses = new WeakMap<Duplex, number>();

/** The status of the first answer that `answerRaw` wrote; undefined: it wrote none. */
export function rawStatusOf(socket: Duplex): number | undefined {
  return statuses.get(socket);
}
