import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { forEachHeader } from '../base/raw-headers.ts';

/** Whether a request asks for WebSocket, perhaps besides other protocols. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const protocols = (request.headers.upgrade ?? '').toLowerCase().split(',');
  return protocols.some((protocol) => protocol.trim() === 'websocket');
}

/**
 * Gives a request to change the protocol back to its server, without the Upgrade: a server may
 * ignore it and answer the request (RFC 9110 §7.8), as Node's does while nobody listens to
 * `upgrade`. Java's HttpClient asks for h2c with every first request, and curl does with `--http2`.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  forEachHeader(rawHeaders, (lower, value, name) => {
    if (lower !== 'upgrade') text += `${name}: ${value}\r\n`;
  });
  // Node reads no body of an Upgrade: it is in `head`.
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
  socket.resume();
}
