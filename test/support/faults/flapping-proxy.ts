import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Random } from '../random.ts';

/** A TCP proxy whose connections end again and again. */
export interface FlappingProxy {
  readonly port: number;
  /** How often all connections were cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/**
 * Passes connections on to a port of 127.0.0.1. After `between` ms, chosen anew each time, all are
 * reset, in the middle of whatever is on its way.
 */
export async function startFlapping(
  target: number,
  random: Random,
  between: readonly [number, number],
): Promise<FlappingProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    const upstream = connect(target, '127.0.0.1');
    keep(socket);
    keep(upstream);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let cuts = 0;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        if (sockets.size > 0) cuts++;
        for (const socket of sockets) socket.resetAndDestroy();
        wait();
      },
      random.int(...between),
    );
  };
  wait();
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    async close() {
      clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
