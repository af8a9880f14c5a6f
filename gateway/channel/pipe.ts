import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Channel, Receiver } from './channel.ts';

/**
 * Joins two channels: the one place where two ends meet. Backpressure is passed on at once: while
 * one side does not take more, the other is not read. The bound on memory is what each side holds.
 */
export function pipe(a: Channel, b: Channel): void {
  join(new Direction(a, b), new Direction(b, a));
}

/** The same by two directions of the caller's. */
export function join(there: Direction, back: Direction): void {
  there.from.attach(there);
  back.from.attach(back);
}

/**
 * Passes what arrives on one channel to the other. A class, as every session has two of them for
 * its whole life, and three closures each would be 400 bytes more.
 */
export class Direction implements Receiver {
  readonly from: Channel;
  readonly to: Channel;

  constructor(from: Channel, to: Channel) {
    this.from = from;
    this.to = to;
  }

  message(message: Message): void {
    if (!this.to.send(message)) this.from.pause();
  }

  /** `from` takes more, so what comes from `to` can be read again. */
  drained(): void {
    this.to.resume();
  }

  /**
   * After a peer's Close, `to` answers with its own Close. For that it is read again: `from` will
   * not report `drained` any more.
   */
  closed(status: CloseStatus): void {
    this.to.close(status);
    this.to.resume();
  }
}
