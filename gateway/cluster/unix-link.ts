import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { ConfigError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { EndOfTurn } from './end-of-turn.ts';
import type { Hello } from './hello.ts';
import { type Link, type LinkListener, MAX_FRAME, nobody } from './link.ts';
import { RecordKind } from './record-batch.ts';
import { type ConnectionUser, UnixConnection } from './unix-connection.ts';
import { type PeerContext, UnixPeer } from './unix-peer.ts';

/** Milliseconds that the others have to read the last of this node. */
const CLOSE_TIMEOUT = 1_000;

export interface UnixLinkOptions {
  readonly self: string;
  /** Of this node's socket (`socketPath`). Its folder must be this user's alone. */
  readonly path: string;
  readonly log: Log;
  readonly clock?: Clock;
}

/** Where a node listens: a socket in a private folder, or a named pipe on Windows. */
export function socketPath(folder: string, name: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\fallback-gateway-${basename(folder)}-${name}`
    : join(folder, `${name}.sock`);
}

/**
 * The link between the processes of one machine, over Unix-domain sockets. Who exists is said by
 * the one who starts and ends them. Two nodes have one connection, which the one with the lower
 * name dials.
 */
export class UnixLink implements Link {
  readonly self: string;
  readonly isConnected = true;
  readonly #path: string;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #turn = new EndOfTurn();
  readonly #peers = new Map<string, UnixPeer>();
  /** Nodes that were added before `start`, with their paths. */
  readonly #early = new Map<string, string>();
  /** Connections of nodes that have not said who they are. */
  readonly #unnamed = new Set<UnixConnection>();
  readonly #server: Server;
  readonly #context: PeerContext;
  #listener = nobody;
  #isStarted = false;
  #isAccepting = true;

  constructor({ self, path, log, clock = systemClock }: UnixLinkOptions) {
    this.self = self;
    this.#path = path;
    this.#log = log;
    this.#clock = clock;
    this.#context = {
      self,
      isAccepting: () => this.#isAccepting,
      listener: () => this.#listener,
      turn: this.#turn,
      clock,
      log,
    };
    this.#server = createServer({ allowHalfOpen: false }, (socket) => this.#greet(socket));
  }

  async start(listener: LinkListener): Promise<void> {
    this.#listener = listener;
    this.#isStarted = true;
    try {
      // A worker of `node:cluster` would ask its primary to listen.
      this.#server.listen({ path: this.#path, exclusive: true });
      await once(this.#server, 'listening');
      if (process.platform !== 'win32') chmodSync(this.#path, 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigError('GW_CONFIG', `cannot listen for the other processes at ${this.#path}: ${code}`);
    }
    this.#server.on('error', (error) => this.#log.error('link server', { reason: error.message }));
    for (const [name, path] of this.#early) this.nodeAdded(name, path);
    this.#early.clear();
  }

  /** Another process of this machine exists, or will in a moment. Ignored for one that is known. */
  nodeAdded(name: string, path: string): void {
    if (name === this.self) return;
    if (!this.#isStarted) this.#early.set(name, path);
    else if (!this.#peers.has(name)) this.#peers.set(name, new UnixPeer(name, path, this.#context));
  }

  /** That process has ended, and so have its sessions. */
  nodeEnded(name: string): void {
    this.#early.delete(name);
    const peer = this.#peers.get(name);
    this.#peers.delete(name);
    if (peer === undefined) this.#listener.nodeGone(name);
    else peer.ended();
  }

  send(to: string, frame: Buffer): boolean {
    if (frame.length > MAX_FRAME) throw new RangeError(`a frame of ${frame.length} bytes`);
    return this.#peers.get(to)?.send(RecordKind.frame, frame) ?? true;
  }

  setAccepting(isAccepting: boolean): void {
    if (this.#isAccepting === isAccepting) return;
    this.#isAccepting = isAccepting;
    const content = Buffer.from([Number(isAccepting)]);
    for (const peer of this.#peers.values()) peer.send(RecordKind.accepting, content);
  }

  async close(): Promise<void> {
    this.#listener = nobody;
    const peers = [...this.#peers.values()];
    this.#server.close();
    for (const connection of this.#unnamed) connection.destroy('the gateway has ended');
    const late = this.#clock.setTimeout(() => {
      for (const peer of peers) peer.destroy();
    }, CLOSE_TIMEOUT);
    await Promise.all(peers.map((peer) => peer.close()));
    this.#clock.clearTimeout(late);
  }

  /** A node has dialled. It stays nameless until its hello. */
  #greet(socket: Socket): void {
    const connection: UnixConnection = new UnixConnection(
      socket,
      new Unnamed(
        (hello) => this.#named(connection, hello),
        () => this.#unnamed.delete(connection),
      ),
      this.#turn,
      this.#clock,
    );
    this.#unnamed.add(connection);
  }

  #named(connection: UnixConnection, hello: Hello): UnixPeer | undefined {
    this.#unnamed.delete(connection);
    const { name, to } = hello;
    if (to !== this.self || name >= this.self) {
      connection.destroy('it takes this node for another');
      return undefined;
    }
    // It may be here before this process hears of it.
    const peer = this.#peers.get(name) ?? new UnixPeer(name, undefined, this.#context);
    this.#peers.set(name, peer);
    return peer.accept(connection, hello) ? peer : undefined;
  }
}

/** The user of a connection until the other side has said who it is. */
class Unnamed implements ConnectionUser {
  readonly #named: (hello: Hello) => UnixPeer | undefined;
  readonly #closed: () => void;
  #peer: UnixPeer | undefined;

  constructor(named: (hello: Hello) => UnixPeer | undefined, closed: () => void) {
    this.#named = named;
    this.#closed = closed;
  }

  greeted(_connection: UnixConnection, hello: Hello): boolean {
    this.#peer = this.#named(hello);
    return this.#peer !== undefined;
  }

  record(connection: UnixConnection, kind: number, content: Buffer): void {
    this.#peer?.record(connection, kind, content);
  }

  drained(connection: UnixConnection): void {
    this.#peer?.drained(connection);
  }

  closed(connection: UnixConnection, reason: string | undefined): void {
    if (this.#peer === undefined) this.#closed();
    else this.#peer.closed(connection, reason);
  }
}
