import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Target } from './target.ts';

/** A TCP connection to the gateway from the attacker's address. It ends with the signal. */
export async function dial({ port, from }: Target, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => {});
  const end = () => socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', end));
  await once(socket, 'connect', { signal });
  return socket;
}

/** Writes as fast as the peer reads; resolves when all is written, or the connection is gone. */
export function pour(socket: Socket, data: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.write(data, () => resolve());
  });
}

/** The head of a POST. */
export function postHead(path: string, length: number, type = 'text/plain'): string {
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
}

/** Sends one request and resolves with its answer, head and body; empty if the connection ends. */
export async function ask(target: Target, signal: AbortSignal, request: string | Buffer): Promise<string> {
  const socket = await dial(target, signal);
  return new Promise((resolve) => {
    let text = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
      if (head >= 0 && length !== undefined && text.length >= head + 4 + Number(length)) socket.destroy();
    });
    socket.once('close', () => resolve(text));
    socket.write(request);
  });
}

let nonces = 0;

/** Opens a fallback session; undefined if it is refused. */
export async function createSession(
  target: Target,
  signal: AbortSignal,
  path: string,
): Promise<string | undefined> {
  const origin = `http://127.0.0.1:${target.port}`;
  const nonce = `attack-${process.pid}-${String(nonces++).padStart(12, '0')}`;
  const body = new URLSearchParams({ nonce, url: path, origin }).toString();
  const head = postHead(`${path}/_fallback/v1/create`, body.length)
    .replace('Host: 127.0.0.1', `Host: 127.0.0.1:${target.port}`)
    .replace('\r\n\r\n', '\r\nX-Fallback: create\r\n\r\n');
  const answer = await ask(target, signal, head + body);
  return /(?:^|&|\n)token=([^&\s]+)/.exec(answer)?.[1];
}

/** Opens a session and posts one `send` to it. */
export async function createAndSend(
  target: Target,
  signal: AbortSignal,
  frames: string,
  path: string,
): Promise<string | undefined> {
  const token = await createSession(target, signal, path);
  if (token === undefined) return undefined;
  const body = Buffer.from(`${token};${frames}`);
  const head = postHead(`${path}/_fallback/v1/send`, body.length);
  await ask(target, signal, Buffer.concat([Buffer.from(head), body]));
  return token;
}

/** The opening handshake of a WebSocket. */
export function upgradeHead(path: string, protocol?: string): string {
  const fields = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  return `${fields.join('\r\n')}\r\n\r\n`;
}

/** A masked frame of a client, whose mask is zero. `first` is its first byte. */
export function clientFrame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = first;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** Opens a WebSocket; undefined if it is refused. What comes on it is read and dropped. */
export async function openSocket(
  target: Target,
  signal: AbortSignal,
  path: string,
  protocol?: string,
): Promise<Socket | undefined> {
  const socket = await dial(target, signal);
  socket.write(upgradeHead(path, protocol));
  const answer = await Promise.race([
    once(socket, 'data').then(([chunk]) => (chunk as Buffer).toString('latin1')),
    once(socket, 'close').then(() => ''),
  ]).catch(() => '');
  if (answer.startsWith('HTTP/1.1 101')) return socket.resume();
  socket.destroy();
  return undefined;
}
