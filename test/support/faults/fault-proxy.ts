import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Random } from '../random.ts';
import { upgrade } from './fault-upgrade.ts';
import { type Fault, pass, type Settings, table } from './faults.ts';

export type FaultProxyOptions = Partial<Settings> & Pick<Settings, 'target'>;

const QUIET: Omit<Settings, 'target'> = {
  seed: 0,
  faults: {},
  only: () => true,
  upgrade: 'pass',
  strip: [],
  idleKill: Number.POSITIVE_INFINITY,
  delay: [20, 400],
  lateness: [1000, 4000],
  hang: 30_000,
  streamLife: 1500,
};

/**
 * A bad network in one object: an HTTP/1.1 proxy on a free port of 127.0.0.1, before the gateway,
 * that does to requests what broken proxies, virus scanners and mobile networks do. Which request
 * meets which fault follows from the seed and the request's place in the order of arrival.
 */
export class FaultProxy {
  /** How often each fault happened, and `pass`. */
  readonly counts: Record<string, number> = {};
  /** Change them at any time; they hold for the next request. */
  settings: Settings;
  readonly #random: Random;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
  readonly #server = http.createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new Set<Socket>();
  #requests = 0;

  private constructor(options: FaultProxyOptions) {
    this.settings = { ...QUIET, ...options };
    this.#random = new Random(this.settings.seed);
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', ignore).on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Requests that came so far. */
  get requests(): number {
    return this.#requests;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    await closed;
  }

  /** Ends every connection that is open now, as a proxy that restarts does. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { fault, random } = this.#choose(request);
    response.on('error', ignore);
    const body = await readAll(request);
    if (body === undefined) return;
    const passage = { request, response, body, random, settings: this.settings, agent: this.#agent };
    if (fault === undefined) pass(passage);
    else table[fault](passage);
  }

  #upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const { fault, random } = this.#choose(request);
    socket.on('error', ignore);
    upgrade(request, socket, head, { fault, random, settings: this.settings });
  }

  #choose(request: http.IncomingMessage): { fault: Fault | undefined; random: Random } {
    const random = this.#random.fork(this.#requests++);
    const fault = this.settings.only(request) ? draw(random, this.settings.faults) : undefined;
    const name = fault ?? 'pass';
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return { fault, random };
  }
}

function draw(random: Random, shares: Partial<Record<Fault, number>>): Fault | undefined {
  let rest = random.next();
  for (const [fault, share] of Object.entries(shares)) {
    rest -= share;
    if (rest < 0) return fault as Fault;
  }
  return undefined;
}

async function readAll(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function ignore(): void {}
