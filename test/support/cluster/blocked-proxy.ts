import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on this machine, through which nothing goes while it is blocked. */
export interface BlockedProxy {
  readonly port: number;
  /** What is sent meanwhile comes late, or never if its connection ends. */
  setBlocked(isBlocked: boolean): void;
  close(): Promise<void>;
}

export async function startBlockedProxy(to: number): Promise<BlockedProxy> {
  const sockets = new Set<Socket>();
  let isBlocked = false;
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => other.write(chunk));
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        if (!isBlocked) other.destroy();
      });
      if (isBlocked) socket.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    setBlocked: (blocked) => {
      isBlocked = blocked;
      for (const socket of sockets) blocked ? socket.pause() : socket.resume();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
