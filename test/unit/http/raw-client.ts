import net, { type Socket } from 'node:net';

/** A connection on which a test writes any bytes. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, one character per byte. */
  text(): string;
  /**
   * Resolves with everything received once `done` returns true or the connection has closed.
   * Rejects after fifteen seconds.
   */
  read(done?: (text: string) => boolean): Promise<string>;
}

export function rawClient(port: number, bytes: string | Buffer): RawClient {
  const socket = net.connect(port, '127.0.0.1');
  let text = '';
  let ended = false;
  let look = (): void => {};
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    look();
  });
  socket.on('close', () => {
    ended = true;
    look();
  });
  socket.on('error', () => {});
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return {
    socket,
    text: () => text,
    read: (done = () => false) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          socket.destroy();
          reject(new Error(`not within 15 s, after ${JSON.stringify(text)}`));
        }, 15_000);
        look = () => {
          if (!ended && !done(text)) return;
          look = () => {};
          clearTimeout(late);
          resolve(text);
        };
        look();
      }),
  };
}

/** Sends one request, reads until `done` or the end, and closes the connection. */
export async function ask(
  port: number,
  bytes: string | Buffer,
  done?: (text: string) => boolean,
): Promise<string> {
  const client = rawClient(port, bytes);
  try {
    return await client.read(done);
  } finally {
    client.socket.destroy();
  }
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}
