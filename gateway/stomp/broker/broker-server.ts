import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import { answerRaw } from '../../base/raw-answer.ts';
import { WsChannel } from '../../channel/ws-channel.ts';
import { wsLimits } from '../../channel/ws-limits.ts';
import { Rights } from '../rights.ts';
import type { Broker } from './broker.ts';
import { CLIENT_FACTS, type ClientFacts, decodeFacts, LARGEST_MESSAGE } from './client-facts.ts';

/** Bytes of a handshake: the destinations that a route allows are in it. */
const MAX_HEAD = 1024 ** 2;

/** Sets of rights that are kept ready: one for each route, and some of before a reload. */
const MAX_RIGHTS = 100;

/** What a server works with. */
export interface BrokerServerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: MemoryBudget;
}

/**
 * Serves the brokers of this process to the workers of one gateway, on a Unix socket that is theirs
 * alone: what a worker says about a client is believed.
 */
export class BrokerServer {
  /** By the path at which workers ask for them. */
  readonly #brokers: ReadonlyMap<string, Broker>;
  readonly #parts: BrokerServerParts;
  readonly #http: Server;
  readonly #webSockets: WebSocketServer;
  readonly #sockets = new Set<Socket>();
  readonly #rights = new Map<string, Rights>();
  #whenEmpty: () => void = () => {};

  constructor(brokers: ReadonlyMap<string, Broker>, parts: BrokerServerParts) {
    this.#brokers = brokers;
    this.#parts = parts;
    this.#http = createServer({ maxHeaderSize: MAX_HEAD }, (_request, response) => {
      response.writeHead(426).end();
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (this.#sockets.size === 0) this.#whenEmpty();
      });
    });
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // The worker has checked it.
      skipUTF8Validation: true,
      ...wsLimits(LARGEST_MESSAGE),
    });
  }

  /**
   * Listens on a path that does not exist yet, for this user only, unless it listens already.
   * Rejects with Node's own errors.
   */
  async listen(socketPath: string): Promise<void> {
    if (this.#http.listening) return;
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(socketPath, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
  }

  /** Resolves when no client of a worker is connected. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
      if (this.#sockets.size === 0) resolve();
    });
  }

  /** Ends all connections. */
  close(): void {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => {});
    const broker = this.#brokers.get(request.url ?? '');
    const facts = decodeFacts(String(request.headers[CLIENT_FACTS]));
    if (broker === undefined) answerRaw(socket, 404, 'no such broker');
    else if (facts === undefined) answerRaw(socket, 400, 'a client without facts');
    else if (!broker.hasRoom) answerRaw(socket, 503, 'too many connections');
    else this.#serve(broker, facts, request, socket, head);
  }

  #serve(
    broker: Broker,
    { carrier, address, route, subscribe, send }: ClientFacts,
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
  ): void {
    const { clock, log, memory } = this.#parts;
    this.#webSockets.handleUpgrade(request, socket, head, (ws) => {
      const channel = new WsChannel(ws, socket, {
        clock,
        ping: 0,
        openAccount: () => memory.account(address),
      });
      broker.accept(channel, {
        carrier,
        address,
        log: log.with({ route: route || '/', remoteAddress: address }),
        rights: this.#rightsOf({ subscribe, send }),
      });
    });
  }

  /** Clients of a route share their rights. */
  #rightsOf(options: Pick<ClientFacts, 'subscribe' | 'send'>): Rights {
    const key = JSON.stringify(options);
    const known = this.#rights.get(key);
    if (known !== undefined) return known;
    const rights = new Rights(options);
    if (this.#rights.size >= MAX_RIGHTS) this.#rights.clear();
    this.#rights.set(key, rights);
    return rights;
  }
}
