import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Clock, systemClock, type Timer } from '../base/clock.ts';
import { type Flushable, runTurn } from '../base/flush-queue.ts';
import type { EndOfTurn } from './end-of-turn.ts';
import { type Hello, parseHello } from './hello.ts';
import { HIGH_WATER } from './link.ts';
import { RecordBatch, RecordKind } from './record-batch.ts';
import { RecordReader } from './record-reader.ts';

/** Time in which the other side must say hello, in milliseconds. */
const HELLO_TIMEOUT = 5_000;

/**
 * Bytes that wait for a node that does not read. Its connection is cut then: what it has not read
 * is lost, and this process keeps its memory.
 */
const MAX_WAITING = 64 * 1024 ** 2;

/** Milliseconds between two looks at a node that is to read. */
const LOOK = 1_000;
/** Looks at which it had read nothing of what waits, after which its connection is cut. */
const MAX_IDLE_LOOKS = 5;

/** Who uses a connection. */
export interface ConnectionUser {
  /** The first record. False: the connection is of no use, and is closed. */
  greeted(connection: UnixConnection, hello: Hello): boolean;
  record(connection: UnixConnection, kind: number, content: Buffer): void;
  /** It takes more, after `send` answered false. */
  drained(connection: UnixConnection): void;
  /** It is closed. Called once, last. `reason` is absent where the other side ended it in order. */
  closed(connection: UnixConnection, reason: string | undefined): void;
}

/** A connection between two processes of one machine, which carries records both ways. */
export class UnixConnection implements Flushable {
  readonly #socket: Socket;
  readonly #user: ConnectionUser;
  readonly #turn: EndOfTurn;
  readonly #clock: Clock;
  readonly #reader = new RecordReader((kind, content) => this.#take(kind, content));
  readonly #batch = new RecordBatch();
  #helloTimer: Timer | undefined;
  #isGreeted = false;
  /** It is in the list of what is flushed at the end of the turn. */
  #isQueued = false;
  /** `send` answered false, and `drained` was not called yet. */
  #isFull = false;
  #lookTimer: Timer | undefined;
  #idleLooks = 0;
  #isEnding = false;
  #reason: string | undefined;

  constructor(socket: Socket, user: ConnectionUser, turn: EndOfTurn, clock: Clock = systemClock) {
    this.#socket = socket;
    this.#user = user;
    this.#turn = turn;
    this.#clock = clock;
    this.#helloTimer = clock.setTimeout(() => this.destroy('no hello in time'), HELLO_TIMEOUT);
    socket.on('data', (chunk: Buffer) => runTurn(UnixConnection.#read, this, chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#reason ??= error.code ?? error.message;
    });
    socket.once('close', () => this.#closed());
  }

  /** Queues a record. False: the user should wait for `drained`. */
  send(kind: number, content: Buffer): boolean {
    if (this.#isEnding || this.#socket.destroyed) return true;
    this.#batch.push(kind, content);
    if (!this.#isQueued) {
      this.#isQueued = true;
      this.#turn.add(this);
    }
    const { waiting } = this;
    if (waiting > MAX_WAITING) this.destroy('it does not read');
    if (waiting >= HIGH_WATER && !this.#isFull) {
      this.#isFull = true;
      this.#idleLooks = 0;
      this.#lookTimer = this.#clock.setTimeout(this.#look, LOOK);
    }
    return waiting < HIGH_WATER;
  }

  /** Bytes that have not left this process. */
  get waiting(): number {
    return this.#batch.size + this.#socket.writableLength;
  }

  /** Sends everything and says that nothing follows. Resolves when the connection is closed. */
  async end(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = once(this.#socket, 'close');
    this.send(RecordKind.bye, NOTHING);
    this.#isEnding = true;
    this.flush();
    this.#socket.end();
    await closed;
  }

  destroy(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  flush(): void {
    this.#isQueued = false;
    if (this.#batch.size === 0 || this.#socket.destroyed) return;
    const [bytes] = this.#batch.take(0, Number.POSITIVE_INFINITY);
    this.#socket.write(bytes as Buffer, this.#isFull ? this.#written : undefined);
  }

  /** Counted, since this process may have been busy itself: what is due is read between two. */
  readonly #look = (): void => {
    if (++this.#idleLooks >= MAX_IDLE_LOOKS) this.destroy('it does not read');
    else this.#lookTimer = this.#clock.setTimeout(this.#look, LOOK);
  };

  readonly #written = (): void => {
    this.#idleLooks = 0;
    if (!this.#isFull || this.waiting >= HIGH_WATER / 2 || this.#socket.destroyed) return;
    this.#isFull = false;
    this.#clock.clearTimeout(this.#lookTimer);
    this.#user.drained(this);
  };

  static readonly #read = (connection: UnixConnection, chunk: Buffer): void => {
    try {
      connection.#reader.read(chunk);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      connection.destroy(error.message);
    }
  };

  #take(kind: number, content: Buffer): boolean {
    if (this.#isGreeted) this.#user.record(this, kind, content);
    else this.#greet(kind, content);
    return !this.#socket.destroyed;
  }

  #greet(kind: number, content: Buffer): void {
    const hello = kind === RecordKind.hello ? parseHello(content) : undefined;
    this.#isGreeted = true;
    this.#clock.clearTimeout(this.#helloTimer);
    if (hello === undefined) this.destroy('no hello');
    else if (!this.#user.greeted(this, hello)) this.#refuse();
  }

  /** Closes the connection when the hello of this node has left: the other side may need it. */
  #refuse(): void {
    this.#isEnding = true;
    this.flush();
    this.#socket.destroySoon();
  }

  #closed(): void {
    this.#clock.clearTimeout(this.#helloTimer);
    this.#clock.clearTimeout(this.#lookTimer);
    this.#batch.clear();
    this.#user.closed(this, this.#reason);
  }
}

const NOTHING = Buffer.alloc(0);
