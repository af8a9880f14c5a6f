import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { ConnectionCounts } from '../../base/connection-counts.ts';
import { connectionId, logClosed, logOpened } from '../../base/connection-log.ts';
import { RequestError } from '../../base/errors.ts';
import { type Listen, type ListenAddress, type Listening, listen } from '../../base/listen.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import { logRefusedConnection } from '../../base/refused-request.ts';
import { TcpChannel } from '../../channel/tcp-channel.ts';
import type { Broker } from './broker.ts';

/** The route of TCP clients in log lines. */
const ROUTE = 'stomp-port';

/** What a listener works with. */
export interface ListenerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
  readonly connections: ConnectionCounts;
}

/** A plain TCP port of an embedded broker, for programs beside the gateway. */
export class StompListener {
  readonly #broker: Broker;
  readonly #parts: ListenerParts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #listening: Listening | undefined;
  #isClosing = false;

  constructor(broker: Broker, parts: ListenerParts) {
    this.#broker = broker;
    this.#parts = parts;
    this.#server = createServer((socket) => this.#admit(socket));
  }

  /** Resolves with the port. Rejects with Node's own errors, such as EADDRINUSE. */
  async listen(address: ListenAddress, via: Listen = listen): Promise<number> {
    this.#listening = await via(this.#server, address, 'stomp');
    return this.#listening.port;
  }

  /** Takes no more clients; those that are there stay. */
  retire(): void {
    this.#listening?.stop();
  }

  /** Takes no more clients and ends the connections of those there are. */
  close(): void {
    this.#isClosing = true;
    this.#listening?.stop();
    for (const socket of this.#sockets) socket.destroySoon();
  }

  /** A client that is one too many is disconnected without an answer: it has not said CONNECT. */
  #admit(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const { memory, connections, log } = this.#parts;
    try {
      memory.admit(address);
      const release = connections.take(address);
      socket.once('close', release);
      this.#serve(socket, address);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      logRefusedConnection(log.with({ route: ROUTE }), address, error);
      socket.on('error', () => {});
      socket.destroy();
    }
  }

  #serve(socket: Socket, address: string): void {
    const { clock, log } = this.#parts;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const openedAt = clock.now();
    const opened = { session: connectionId(), remoteAddress: address, transport: 'tcp', protocol: '' };
    const ownLog = log.with({ route: ROUTE });
    const scoped = ownLog.with({ session: opened.session });
    let endedBy: 'client' | 'gateway' = 'client';
    const isAccepted = this.#broker.accept(new TcpChannel(socket, clock), {
      // A TCP client is as direct as a native WebSocket: it has heart-beats.
      carrier: 'native',
      address,
      log: scoped,
      ended: (by) => {
        endedBy = by;
      },
    });
    if (!isAccepted) throw new RequestError('GW_CONNECTIONS');
    logOpened(ownLog, opened);
    // Behind the channel's own listener, which tells the broker first.
    socket.once('close', () => {
      const by = this.#isClosing ? 'gateway' : endedBy;
      const { bytesRead: bytesIn, bytesWritten: bytesOut } = socket;
      logClosed(scoped, opened, { code: undefined, by, bytesIn, bytesOut }, clock.now() - openedAt);
    });
  }
}
