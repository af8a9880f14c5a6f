import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';

/** Whether a request asks for WebSocket, whatever else it would take. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const protocols = (request.headers.upgrade ?? '').toLowerCase().split(',');
  return protocols.some((protocol) => protocol.trim() === 'websocket');
}

/**
 * Gives a request to change the protocol back to its server, without that part of it: a server may ignore an Upgrade and answer (RFC 9110 §7.8), as Node's does
 * while nobody listens to `upgrade`. Java's HttpClient asks for h2c with every first request, and curl with `--http2`.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.toLowerCase() !== 'upgrade') text += `${name}: ${rawHeaders[index + 1]}\r\n`;
  }
  // Of an Upgrade Node reads no body: it stands in `head`.
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
  socket.resume();
}
