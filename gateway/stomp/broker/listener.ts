import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { type ListenAddress, listen } from '../../base/listen.ts';
import { TcpChannel } from '../../channel/tcp-channel.ts';
import type { Broker } from './broker.ts';

/** A plain TCP port of an embedded broker, for programs beside the gateway. */
export class StompListener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(broker: Broker, clock: Clock) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      const channel = new TcpChannel(socket, clock);
      const address = socket.remoteAddress ?? '';
      // A TCP client is as near as a native WebSocket: it has heart-beats.
      if (!broker.accept(channel, { carrier: 'native', address })) socket.destroy();
    });
  }

  /** Resolves with the port. Rejects with Node's own errors, such as EADDRINUSE. */
  async listen(address: ListenAddress): Promise<number> {
    return (await listen(this.#server, address)).port;
  }

  /** Takes no more clients and ends the connections of those there are. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroySoon();
  }
}
