import { isIP } from 'node:net';
import type { Authenticator, ConnectionOptions, Msg, NatsConnection } from '@nats-io/transport-node';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Bus, BusUser } from './bus.ts';
import type { ClusterOptions, NatsLogin, NatsServer } from './options.ts';

/** Milliseconds that a server may take to accept a connection. */
const DIAL_TIMEOUT = 2_000;
/** Milliseconds until the servers are tried again, in vain before; a random part is added. */
const RETRY = 200;
const RETRY_SPREAD = 200;
/** Milliseconds, at random, before the first attempt after a loss: all nodes come at once. */
const FIRST_RETRY_SPREAD = 50;
/** Milliseconds between pings, and how many may be without an answer. */
const PING = 1_000;
const MAX_PINGS = 2;
/** Milliseconds that the last messages have to leave. */
const CLOSE_TIMEOUT = 1_000;
/** Status by which a server answers a message that nobody receives (NATS ADR-4). */
const NO_RESPONDERS = 503;
/** Of a server that has not said it yet. */
const MIN_PAYLOAD = 64 * 1024;

type Nats = typeof import('@nats-io/transport-node');

interface Dialled {
  readonly server: NatsServer;
  readonly connection: NatsConnection;
}

/**
 * The bus over NATS servers. Subjects, all below the name of the cluster: `presence` for all nodes,
 * `node.NAME` for one, and `reply.NAME.*` for the answers of the server to this one.
 *
 * It dials itself: a client that reconnects would send what it has kept from before.
 */
export class NatsBus implements Bus {
  readonly #self: string;
  readonly #options: ClusterOptions;
  readonly #log: Log;
  readonly #clock: Clock;
  #nats!: Nats;
  #user!: BusUser;
  #connection: NatsConnection | undefined;
  /** Servers of the cluster that the others named. */
  #named: readonly NatsServer[] = [];
  /** Why no server could be reached when that was logged last. */
  #loggedReason: string | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(self: string, options: ClusterOptions, log: Log, clock: Clock = systemClock) {
    this.#self = self;
    this.#options = options;
    this.#log = log;
    this.#clock = clock;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  get maxPayload(): number {
    return this.#connection?.info?.max_payload ?? MIN_PAYLOAD;
  }

  async start(user: BusUser): Promise<void> {
    this.#user = user;
    // Loaded here: gateways without a cluster do not need it.
    this.#nats = await import('@nats-io/transport-node');
    await new Promise<void>((resolve) => {
      this.#running = this.#run(resolve);
    });
  }

  sendTo(node: string, payload: Buffer): void {
    const { name } = this.#options;
    this.#publish(`${name}.node.${node}`, payload, `${name}.reply.${this.#self}.${node}`);
  }

  announce(payload: Buffer): void {
    this.#publish(`${this.#options.name}.presence`, payload);
  }

  flushed(): Promise<void> {
    return this.#connection?.flush() ?? Promise.reject(new Error('not connected'));
  }

  reconnect(reason: string): void {
    this.#log.warn('connection with NATS given up', { reason });
    void this.#connection?.close();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const connection = this.#connection;
    const timeout = new Promise<void>((resolve) => this.#clock.setTimeout(resolve, CLOSE_TIMEOUT));
    if (connection !== undefined) await Promise.race([connection.flush().catch(() => {}), timeout]);
    await connection?.close();
    this.#wake?.();
    await this.#running;
  }

  #publish(subject: string, payload: Buffer, reply?: string): void {
    if (this.#connection === undefined || this.#connection.isClosed()) return;
    this.#connection.publish(subject, payload, reply === undefined ? undefined : { reply });
  }

  /** Connects again and again. `tried` is called after the first attempt, and at the end. */
  async #run(tried: () => void): Promise<void> {
    while (!this.#isClosed) {
      const dialled = await this.#dialAny();
      if (dialled !== undefined) {
        const closed = this.#use(dialled);
        tried();
        await closed;
        await this.#wait(Math.random() * FIRST_RETRY_SPREAD);
      } else {
        tried();
        await this.#wait(RETRY + Math.random() * RETRY_SPREAD);
      }
    }
    // Closed before the first attempt.
    tried();
  }

  /** Tries all servers in a random order, each once. */
  async #dialAny(): Promise<Dialled | undefined> {
    let reason = '';
    for (const server of shuffled([...this.#options.servers, ...this.#named])) {
      if (this.#isClosed) return undefined;
      try {
        return { server, connection: await this.#dial(server) };
      } catch (error) {
        reason = `${written(server)}: ${reasonOf(error)}`;
      }
    }
    // The names that others gave may be of another network.
    this.#named = [];
    this.#logAway(reason);
    return undefined;
  }

  #dial(server: NatsServer): Promise<NatsConnection> {
    const { tls, login } = this.#options;
    const options: ConnectionOptions = {
      servers: [written(server)],
      name: `fallback-gateway ${this.#self}`,
      timeout: DIAL_TIMEOUT,
      reconnect: false,
      ignoreClusterUpdates: false,
      pingInterval: PING,
      maxPingOut: MAX_PINGS,
      noAsyncTraces: true,
      inboxPrefix: `${this.#options.name}.inbox`,
      ...(tls && { tls: { ...tls, ...certificateName(server) } }),
      ...(login && { authenticator: this.#authenticator(login) }),
    };
    return this.#nats.connect(options);
  }

  #authenticator(login: NatsLogin): Authenticator {
    if ('user' in login) return this.#nats.usernamePasswordAuthenticator(login.user, login.password);
    if ('token' in login) return this.#nats.tokenAuthenticator(login.token);
    if ('seed' in login) return this.#nats.nkeyAuthenticator(login.seed);
    return this.#nats.credsAuthenticator(login.credentials);
  }

  /** Uses a connection. Resolves when it is closed. */
  async #use({ server, connection }: Dialled): Promise<void> {
    if (this.#isClosed) {
      await connection.close();
      return;
    }
    try {
      this.#subscribe(connection);
    } catch {
      // It has ended in the meantime.
      await connection.close();
      return;
    }
    this.#connection = connection;
    this.#loggedReason = undefined;
    this.#named = namedBy(connection, server);
    this.#log.info('connected to NATS', { server: connection.getServer() });
    void this.#watch(connection, server);
    this.#user.busConnected();
    const error = await connection.closed();
    this.#connection = undefined;
    if (this.#isClosed) return;
    this.#log.warn('connection with NATS lost', { reason: error ? reasonOf(error) : 'closed' });
    this.#user.busDisconnected();
  }

  #subscribe(connection: NatsConnection): void {
    const { name } = this.#options;
    const subscribe = (subject: string, take: (message: Msg) => void): void => {
      connection.subscribe(subject, { callback: guarded(take) });
    };
    subscribe(`${name}.presence`, ({ data }) => this.#user.busAnnounced(asBuffer(data)));
    subscribe(`${name}.node.${this.#self}`, ({ data }) => this.#user.busReceived(asBuffer(data)));
    subscribe(`${name}.reply.${this.#self}.*`, (message) => this.#answered(message));
  }

  /** A server says what became of a message that has a subject for the answer. */
  #answered({ headers, subject }: Msg): void {
    if (headers?.code !== NO_RESPONDERS) return;
    this.#user.busUndeliverable(subject.slice(subject.lastIndexOf('.') + 1));
  }

  async #watch(connection: NatsConnection, server: NatsServer): Promise<void> {
    const seen = new Set<string>();
    for await (const status of connection.status()) {
      if (status.type === 'update' || status.type === 'ldm') {
        this.#named = namedBy(connection, server);
        this.#user.busChanged();
      } else if (status.type === 'error') {
        const reason = reasonOf(status.error);
        if (seen.has(reason) || seen.size > 100) continue;
        seen.add(reason);
        this.#log.error('NATS refuses something', { reason });
      }
    }
  }

  /** Once for each reason of an outage. */
  #logAway(reason: string): void {
    if (this.#loggedReason === reason || this.#isClosed) return;
    this.#loggedReason = reason;
    this.#log.error('NATS cannot be reached, retrying', { reason });
  }

  async #wait(milliseconds: number): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#clock.setTimeout(resolve, milliseconds);
    });
  }
}

/** The client would take an error of a callback for one of its own, and read no further. */
function guarded(take: (message: Msg) => void): (error: Error | null, message: Msg) => void {
  return (error, message) => {
    if (error !== null) return;
    try {
      take(message);
    } catch (fault) {
      process.nextTick(() => {
        throw fault;
      });
    }
  };
}

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.length);
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return (message || code || String(error)).slice(0, 300);
}

function written({ host, port }: NatsServer): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The other servers, which a server names by their addresses. Their certificates are for the same
 * name.
 */
function namedBy({ info }: NatsConnection, { host, tlsName }: NatsServer): NatsServer[] {
  const name = tlsName ?? (isIP(host) === 0 ? host : undefined);
  return (info?.connect_urls ?? []).flatMap((given) => {
    const [, address, port] = /^\[?([^[\]]+)\]?:(\d+)$/.exec(given) ?? [];
    return address === undefined ? [] : [{ host: address, port: Number(port), tlsName: name }];
  });
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/**
 * Whom the certificate of a server must be for. The client takes the name of the server, but not
 * its address: it would have to be for `localhost` then.
 */
function certificateName({ host, tlsName }: NatsServer): object {
  if (tlsName !== undefined) return { host: tlsName, servername: tlsName };
  return isIP(host) === 0 ? {} : { host };
}
