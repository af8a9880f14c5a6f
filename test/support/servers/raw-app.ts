import net, { type AddressInfo, type Socket } from 'node:net';

/** An application that a test writes byte by byte. */
export interface RawApp {
  readonly port: number;
  /** Heads and bodies in the order in which they came, one character per byte. */
  readonly requests: string[];
  /** Connections that it accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * Starts it. `answer` is called with each request, once its head and the body of its
 * `Content-Length` are there, and may write anything.
 */
export async function startRawApp(answer: (socket: Socket, request: string) => void): Promise<RawApp> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let accepted = 0;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let size = sizeOf(text); size > 0; size = sizeOf(text)) {
        const request = text.slice(0, size);
        text = text.slice(size);
        requests.push(request);
        answer(socket, request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    connections: () => accepted,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Characters of the first request, or 0 while it is not whole. */
function sizeOf(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const head = text.slice(0, end);
  if (/^transfer-encoding:/im.test(head)) {
    const last = /\r\n0\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(text.slice(end + 2));
    return last === null ? 0 : end + 2 + last.index + last[0].length;
  }
  const size = end + 4 + Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
  return text.length < size ? 0 : size;
}
