import type { Socket } from 'node:net';
import type { Flow } from '../base/counters.ts';
import { readAtOnce } from '../base/emit-at-once.ts';
import type { MemoryAccount, OpenAccount } from '../base/memory-budget.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { type FrameFollower, PONG_SIZE } from './frame-follower.ts';

/** Gets the reports of the relays of both directions. */
export interface RelayOwner {
  /** A Close frame passed. Called once by each relay. */
  closing(relay: FrameRelay): void;
  /** A message is longer than the follower allows. Its frame was not passed on. */
  tooBig(): void;
  /** The source sent too much in a time: the connection is to be closed with this status. */
  exceeded(status: CloseStatus): void;
}

/**
 * One direction of a splice: bytes pass from `source` to `sink` as they come, and no faster than
 * `sink` takes them. Between two frames it can insert one of the gateway's own. An incomplete head
 * of a frame waits for its rest.
 */
export class FrameRelay {
  /** Bytes that came from the source. */
  bytes = 0;
  /** The direction's part of the route's counters; absent: nobody adds them up. */
  total: Flow | undefined;
  /** Set active by every chunk. */
  activity: { active: boolean } | undefined;
  /** Measures messages and bytes of each read; absent: as many as the source likes. */
  measure: ((messages: number, bytes: number) => CloseStatus | undefined) | undefined;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #follower: FrameFollower;
  readonly #owner: RelayOwner;
  readonly #openAccount: OpenAccount | undefined;
  /** Opened when the sink first takes no more. */
  #account: MemoryAccount | undefined;
  #isClosing = false;
  /** An incomplete head. */
  #held: Buffer | undefined;
  /** A frame that waits for the present one to end. */
  #inserted: Buffer | undefined;
  /** The last frame, behind which nothing is passed on. */
  #last: Buffer | undefined;
  #over = false;

  constructor(
    source: Socket,
    sink: Socket,
    follower: FrameFollower,
    owner: RelayOwner,
    openAccount?: OpenAccount,
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#follower = follower;
    this.#owner = owner;
    this.#openAccount = openAccount;
  }

  /** Begins with what was read before. */
  start(head: Buffer): void {
    (this.#source as RelayedSocket)[FROM] = this;
    (this.#sink as RelayedSocket)[TO] = this;
    readAtOnce(this.#source, FrameRelay.#onData);
    this.#source.on('end', FrameRelay.#onEnd);
    this.#sink.on('drain', FrameRelay.#onDrain);
    if (head.length > 0) this.#pass(head);
  }

  // The same functions serve all connections, since most of them wait for days.

  static readonly #onData = function (this: RelayedSocket, chunk: Buffer): void {
    (this[FROM] as FrameRelay).#pass(chunk);
  };

  static readonly #onEnd = function (this: RelayedSocket): void {
    (this[FROM] as FrameRelay).#end();
  };

  static readonly #onDrain = function (this: RelayedSocket): void {
    const relay = this[TO] as FrameRelay;
    relay.#account?.set(0);
    relay.#source.resume();
  };

  /** The sink is gone. */
  stop(): void {
    this.#account?.close();
    this.#over = true;
  }

  /** Inserts a frame as soon as the present one has ended; not behind a Close. */
  insert(frame: Buffer): void {
    this.#inserted = frame;
    if (this.#follower.remaining === 0) this.#boundary();
  }

  /** Ends this direction with a frame, or without it behind a Close. Later data is discarded. */
  finish(frame: Buffer): void {
    this.#last = frame;
    if (this.#follower.remaining === 0) this.#boundary();
  }

  #pass(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.activity !== undefined) this.activity.active = true;
    if (this.#over) return;
    const data = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = undefined;
    const rest = this.#inserted || this.#last ? this.#passToBoundary(data) : 0;
    const before = this.#follower.messages;
    if (!this.#over) this.#passFrames(data, rest);
    if (this.total !== undefined) {
      this.total.bytes += chunk.length;
      this.total.messages += this.#follower.messages - before;
    }
    if (this.measure !== undefined && !this.#over) this.#measured(before, chunk.length);
  }

  /** What came in one read passes together: only behind it the connection can end. */
  #measured(before: number, bytes: number): void {
    const excess = this.measure?.(this.#follower.messages - before, bytes);
    if (excess === undefined) return;
    this.measure = undefined;
    this.#owner.exceeded(excess);
  }

  /** With a frame to insert: passes the rest of the present one, and then the inserted one. */
  #passToBoundary(data: Buffer): number {
    const { remaining } = this.#follower;
    if (remaining > data.length) return 0;
    this.#passFrames(data.subarray(0, remaining), 0);
    this.#boundary();
    return remaining;
  }

  #passFrames(data: Buffer, from: number): void {
    const follower = this.#follower;
    for (let at = from; at < data.length; ) {
      const to = follower.follow(data, at);
      if (to > at) this.#write(at === 0 && to === data.length ? data : data.subarray(at, to));
      if (follower.closeSeen && !this.#isClosing) {
        this.#isClosing = true;
        this.#owner.closing(this);
      }
      if (follower.stop === 'none') return;
      if (follower.stop === 'tooBig') {
        this.#owner.tooBig();
        return;
      }
      if (follower.stop === 'head') {
        // A copy: a view would keep the whole chunk for a few bytes.
        this.#held = Buffer.from(data.subarray(to));
        return;
      }
      at = to + PONG_SIZE;
    }
  }

  #boundary(): void {
    if (this.#over) return;
    if (this.#inserted && !this.#follower.closeSeen) this.#sink.write(this.#inserted);
    this.#inserted = undefined;
    if (!this.#last) return;
    this.#over = true;
    if (!this.#follower.closeSeen) this.#sink.write(this.#last);
    this.#sink.end();
    this.#source.resume();
  }

  #write(bytes: Buffer): void {
    if (this.#sink.write(bytes)) return;
    this.#source.pause();
    this.#account ??= this.#openAccount?.();
    this.#account?.set(this.#sink.writableLength);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#held) this.#sink.write(this.#held);
    this.#sink.end();
  }
}

/** The relays that a socket is the source and the sink of. */
const FROM = Symbol('from');
const TO = Symbol('to');

type RelayedSocket = Socket & { [FROM]?: FrameRelay; [TO]?: FrameRelay };
