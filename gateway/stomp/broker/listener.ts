import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { TcpChannel } from '../tcp-channel.ts';
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
  listen(address: { readonly host: string; readonly port: number }): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(address, () => {
        this.#server.off('error', reject);
        const bound = this.#server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : address.port);
      });
    });
  }

  /** Takes no more clients and ends the connections of those there are. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroySoon();
  }
}
