import type { Flow, TransportCounters } from '../base/counters.ts';
import type { CloseStatus } from '../protocol/close.ts';
import type { Message } from '../protocol/message.ts';
import type { Meter } from '../protocol/meter.ts';
import type { Channel, Receiver } from './channel.ts';

/** What went through a pipe, and how it ended. */
export class Traffic {
  readonly fromA: Flow = { messages: 0, bytes: 0 };
  readonly fromB: Flow = { messages: 0, bytes: 0 };
  /** The end that closed first, and its status. Undefined: none has. */
  closed: { readonly end: 'a' | 'b'; readonly status: CloseStatus } | undefined;
  /** Measures what `a` sends; absent: it may send as much as it likes. */
  readonly meter: Meter | undefined;
  /** Those of the route; absent: nobody adds them up. */
  readonly counters: TransportCounters | undefined;
  /** Called for what is too much, with the status to close both ends with. It goes no further. */
  readonly exceeded: ((status: CloseStatus) => void) | undefined;

  constructor(counters?: TransportCounters, meter?: Meter, exceeded?: (status: CloseStatus) => void) {
    this.counters = counters;
    this.meter = meter;
    this.exceeded = exceeded;
  }
}

/**
 * Joins two channels: the one place where two ends meet. Backpressure is passed on at once: while
 * one side does not take more, the other is not read. The bound on memory is what each side holds.
 */
export function pipe(a: Channel, b: Channel, traffic?: Traffic): void {
  if (traffic === undefined) {
    a.attach(new Direction(a, b));
    b.attach(new Direction(b, a));
  } else {
    a.attach(new CountedDirection(a, b, 'a', traffic));
    b.attach(new CountedDirection(b, a, 'b', traffic));
  }
}

/**
 * Passes what arrives on one channel to the other. A class, as every session has two of them for
 * its whole life, and three closures each would be 400 bytes more.
 */
class Direction implements Receiver {
  readonly #from: Channel;
  readonly #to: Channel;

  constructor(from: Channel, to: Channel) {
    this.#from = from;
    this.#to = to;
  }

  message(message: Message): void {
    if (!this.#to.send(message)) this.#from.pause();
  }

  /** `from` takes more, so what comes from `to` can be read again. */
  drained(): void {
    this.#to.resume();
  }

  /**
   * After a peer's Close, `to` answers with its own Close. For that it is read again: `from` will
   * not report `drained` any more.
   */
  closed(status: CloseStatus): void {
    this.#to.close(status);
    this.#to.resume();
  }
}

class CountedDirection extends Direction {
  readonly #end: 'a' | 'b';
  readonly #traffic: Traffic;

  constructor(from: Channel, to: Channel, end: 'a' | 'b', traffic: Traffic) {
    super(from, to);
    this.#end = end;
    this.#traffic = traffic;
  }

  override message(message: Message): void {
    const flow = this.#end === 'a' ? this.#traffic.fromA : this.#traffic.fromB;
    const excess = this.#end === 'a' ? this.#traffic.meter?.take(1, message.size) : undefined;
    if (excess !== undefined) {
      this.#traffic.exceeded?.(excess);
      return;
    }
    flow.messages++;
    flow.bytes += message.size;
    const { counters } = this.#traffic;
    if (counters !== undefined) {
      const total = this.#end === 'a' ? counters.up : counters.down;
      total.messages++;
      total.bytes += message.size;
    }
    super.message(message);
  }

  override closed(status: CloseStatus): void {
    this.#traffic.closed ??= { end: this.#end, status };
    super.closed(status);
  }
}
