import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { headerFields, rawHead } from '../clients/raw-http.ts';
import type { Random } from '../random.ts';
import { type Fault, portOf, type Settings } from './faults.ts';

/**
 * An Upgrade meets its fate, or passes as it is; of the faults it can meet a delay and cuts, all
 * others let it pass.
 */
export function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { fault, random, settings }: { fault: Fault | undefined; random: Random; settings: Settings },
): void {
  switch (settings.upgrade) {
    case '426':
      socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    case '403':
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    case 'swallow':
      socket.resume();
      return;
    case 'partial-101':
      socket.resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n');
      return;
    case 'silent-101':
      socket.resume();
      socket.write(rawHead('HTTP/1.1 101 Switching Protocols', handshakeAnswer(request)));
      return;
    case 'plain':
    case 'pass':
      break;
  }
  if (fault === 'cut-request' || fault === 'void') return void socket.destroy();
  const upstream = connect(portOf(settings, random), '127.0.0.1');
  const both = () => {
    upstream.destroy();
    socket.destroy();
  };
  upstream.on('error', both).on('close', both);
  socket.on('close', both);
  const hop = settings.upgrade === 'plain' ? ['connection', 'upgrade'] : [];
  const fields = headerFields(request.rawHeaders, settings.strip, [...hop, 'proxy-connection']);
  const begin = () => {
    upstream.write(Buffer.concat([rawHead(`GET ${request.url} HTTP/1.1`, fields), head]));
    socket.pipe(upstream);
    upstream.pipe(socket);
  };
  setTimeout(begin, fault === 'delay' ? random.int(...settings.delay) : 0);
  if (fault === 'cut-response') setTimeout(both, random.int(0, settings.streamLife)).unref();
}

/** RFC 6455 §4.2.2. */
function handshakeAnswer(request: IncomingMessage): string[] {
  const key = `${String(request.headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  return ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
}
