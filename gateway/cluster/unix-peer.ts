import { connect } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { EndOfTurn } from './end-of-turn.ts';
import { encodeHello, type Hello, LINK_VERSION, understands } from './hello.ts';
import type { LinkListener } from './link.ts';
import { RecordKind } from './record-batch.ts';
import { type ConnectionUser, UnixConnection } from './unix-connection.ts';

/**
 * Where another node of this machine is.
 *
 * | state   | meaning                                                     | left by              |
 * |---------|-------------------------------------------------------------|----------------------|
 * | away    | there is no connection: this node redials, or the other one | dial, its connection |
 * | dialled | this node has dialled; no hello has come                    | hello, close         |
 * | up      | frames go both ways                                         | close                |
 * | refused | it speaks no version that this release understands          | its end              |
 * | ended   | its process has ended                                       | –                    |
 */
export type PeerState = 'away' | 'dialled' | 'up' | 'refused' | 'ended';

const NEXT_STATES: Readonly<Record<PeerState, readonly PeerState[]>> = {
  away: ['dialled', 'up', 'refused', 'ended'],
  dialled: ['away', 'up', 'refused', 'ended'],
  up: ['away', 'ended'],
  refused: ['ended'],
  ended: [],
};

/** Milliseconds until the next dial: a process that starts is there soon. */
const FIRST_REDIAL = 5;
const LAST_REDIAL = 250;

/** Milliseconds in which the last bytes of an ended process are read. They are here already. */
const LAST_READ = 200;

/** What a peer needs of its link. */
export interface PeerContext {
  readonly self: string;
  readonly isAccepting: () => boolean;
  readonly listener: () => LinkListener;
  readonly turn: EndOfTurn;
  readonly clock: Clock;
  readonly log: Log;
}

/** Another node of this machine, and the connection with it. */
export class UnixPeer implements ConnectionUser {
  readonly name: string;
  readonly #context: PeerContext;
  /** Of its socket; absent: it has not been named yet, and dials this node. */
  readonly #path: string | undefined;
  #state: PeerState = 'away';
  #connection: UnixConnection | undefined;
  #redialDelay = FIRST_REDIAL;
  #timer: Timer | undefined;
  /** Nothing follows when the connection is closed. */
  #isLast = false;

  constructor(name: string, path: string | undefined, context: PeerContext) {
    this.name = name;
    this.#path = path;
    this.#context = context;
    if (this.#dials) this.#dial();
  }

  get state(): PeerState {
    return this.#state;
  }

  send(kind: number, content: Buffer): boolean {
    if (this.#state !== 'up') return true;
    return (this.#connection as UnixConnection).send(kind, content);
  }

  /** The node has dialled this one. */
  accept(connection: UnixConnection, hello: Hello): boolean {
    if (this.#state === 'ended' || this.#state === 'refused') return false;
    // Its next connection may come before the end of the last one is read.
    if (this.#state === 'up') this.#lose();
    connection.send(RecordKind.hello, this.#hello());
    return this.#enterUp(connection, hello);
  }

  /** Its process has ended: what is on the way is read, and no more comes. */
  ended(): void {
    if (this.#state === 'ended') return;
    this.#context.clock.clearTimeout(this.#timer);
    if (this.#state !== 'up') {
      this.#enterEnded();
      return;
    }
    this.#isLast = true;
    this.#timer = this.#context.clock.setTimeout(
      () => this.#connection?.destroy('its process has ended'),
      LAST_READ,
    );
  }

  /** Ends the connection in order. Resolves when it is closed. */
  async close(): Promise<void> {
    this.#isLast = true;
    this.#context.clock.clearTimeout(this.#timer);
    await this.#connection?.end();
  }

  destroy(): void {
    this.#connection?.destroy('the gateway has ended');
  }

  greeted(connection: UnixConnection, hello: Hello): boolean {
    if (hello.name !== this.name) {
      connection.destroy(`it is ${hello.name}`);
      return false;
    }
    return this.#enterUp(connection, hello);
  }

  record(connection: UnixConnection, kind: number, content: Buffer): void {
    if (connection !== this.#connection) return;
    if (kind === RecordKind.frame) this.#context.listener().received(this.name, content);
    else if (kind === RecordKind.accepting) this.#tellUp(content[0] === 1);
    else if (kind === RecordKind.bye) this.#isLast = true;
  }

  drained(connection: UnixConnection): void {
    if (connection === this.#connection) this.#context.listener().drained(this.name);
  }

  closed(connection: UnixConnection, reason: string | undefined): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    const { log } = this.#context;
    if (this.#state === 'up') {
      log.debug('link cut', { node: this.name, reason });
      this.#context.listener().nodeLost(this.name);
    } else if (reason !== 'ENOENT' && reason !== 'ECONNREFUSED') {
      log.debug('link not made', { node: this.name, reason });
    }
    if (this.#isLast) this.#enterEnded();
    else if (this.#state !== 'refused' && this.#state !== 'ended') this.#enterAway();
  }

  /** The lower name dials, so that there is one connection. */
  get #dials(): boolean {
    return this.#path !== undefined && this.#context.self < this.name;
  }

  #dial(): void {
    const { turn, clock } = this.#context;
    this.#enter('dialled');
    this.#connection = new UnixConnection(connect(this.#path as string), this, turn, clock);
    this.#connection.send(RecordKind.hello, this.#hello());
  }

  #enterAway(): void {
    this.#enter('away');
    if (!this.#dials) return;
    this.#timer = this.#context.clock.setTimeout(() => this.#dial(), this.#redialDelay);
    this.#redialDelay = Math.min(this.#redialDelay * 2, LAST_REDIAL);
  }

  #enterUp(connection: UnixConnection, hello: Hello): boolean {
    if (!understands(hello)) {
      this.#enter('refused');
      const { version, oldest } = hello;
      this.#context.log.warn('a process of another release speaks no common version', {
        ...{ node: this.name, version, oldest, ours: LINK_VERSION },
      });
      return false;
    }
    this.#connection = connection;
    this.#redialDelay = FIRST_REDIAL;
    this.#enter('up');
    this.#tellUp(hello.isAccepting);
    return true;
  }

  #enterEnded(): void {
    this.#context.clock.clearTimeout(this.#timer);
    this.#enter('ended');
    this.#connection?.destroy('its process has ended');
    this.#context.listener().nodeGone(this.name);
  }

  #lose(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy('it has dialled again');
    this.#enter('away');
    this.#context.listener().nodeLost(this.name);
  }

  #tellUp(isAccepting: boolean): void {
    this.#context.listener().nodeUp({ name: this.name, isAccepting });
  }

  #hello(): Buffer {
    return encodeHello(this.#context.self, this.name, this.#context.isAccepting());
  }

  /** The only way from one state to another. */
  #enter(state: PeerState): void {
    const before = this.#state;
    if (!NEXT_STATES[before].includes(state)) throw new Error(`a node went from ${before} to ${state}`);
    this.#state = state;
  }
}
