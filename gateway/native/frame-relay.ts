import type { Socket } from 'node:net';
import { type FrameFollower, PONG_SIZE } from './frame-follower.ts';

/**
 * One direction of a splice: bytes go from `source` to `sink` as they come, and no faster than `sink` takes them. Between two frames
 * it can put in one of its own. A frame's head that is not complete waits for the rest, a few bytes that mean nothing yet.
 */
export class FrameRelay {
  /** Something came since this was last set to false. */
  heard = false;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #follower: FrameFollower;
  readonly #tooBig: () => void;
  /** An incomplete head. */
  #held: Buffer | undefined;
  /** A frame that waits for the present one to end. */
  #inserted: Buffer | undefined;
  /** The last frame, behind which nothing goes on. */
  #last: Buffer | undefined;
  #over = false;

  /** `tooBig` is called when a message is longer than the follower allows; its frame has not gone on. */
  constructor(source: Socket, sink: Socket, follower: FrameFollower, tooBig: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#follower = follower;
    this.#tooBig = tooBig;
  }

  /** Begins with what was read before. */
  start(head: Buffer): void {
    this.#source.on('data', (chunk: Buffer) => this.#pass(chunk));
    this.#source.on('end', () => this.#end());
    this.#sink.on('drain', () => this.#source.resume());
    if (head.length > 0) this.#pass(head);
  }

  /** Puts a frame in as soon as the present one has ended; not behind a Close. */
  insert(frame: Buffer): void {
    this.#inserted = frame;
    if (this.#follower.remaining === 0) this.#boundary();
  }

  /** Ends this direction with a frame, or without it behind a Close. What comes later goes nowhere. */
  finish(frame: Buffer): void {
    this.#last = frame;
    if (this.#follower.remaining === 0) this.#boundary();
  }

  #pass(chunk: Buffer): void {
    this.heard = true;
    if (this.#over) return;
    const data = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = undefined;
    const rest = this.#inserted || this.#last ? this.#passToBoundary(data) : 0;
    if (!this.#over) this.#passFrames(data, rest);
  }

  /** With something to put in: passes the rest of the present frame, and what waits behind it. */
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
      if (follower.stop === 'none') return;
      if (follower.stop === 'tooBig') {
        this.#tooBig();
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
    if (!this.#sink.write(bytes)) this.#source.pause();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#held) this.#sink.write(this.#held);
    this.#sink.end();
  }
}
