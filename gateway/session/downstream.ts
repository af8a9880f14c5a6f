import type { Clock } from '../base/clock.ts';
import { type Flushable, flushSoon } from '../base/flush-queue.ts';
import type { EndReason, Entry } from '../protocol/delivery.ts';
import type { Carrier } from './carrier.ts';
import type { Outbox } from './outbox.ts';
import type { SessionPolicy, SlicedWork } from './policy.ts';

/** What a downstream asks and reports while it writes. */
export interface DownstreamOwner {
  /** Number to acknowledge to the client. */
  readonly received: number;
  /** The carrier has its one delivery: it is to be dropped. */
  usedUp(): void;
  /** Whether so many bytes more may be held. */
  hasRoom(bytes: number): boolean;
  /** `preparedBytes` has changed. */
  preparing(): void;
  /** Entries up to `number` were written. */
  written(number: number): void;
}

/**
 * Milliseconds for which a poll that brought frames waits for something to send beside their
 * acknowledgement (PROTOCOL.md §6.2). The shim counts on it. Backends reply sooner, as a rule; TCP
 * delays its acknowledgements as long.
 */
const ACK_DELAY = 200;

/** What a downstream needs of its surroundings. */
interface DownstreamContext {
  readonly clock: Clock;
  readonly policy: SessionPolicy;
}

/** Writes what the outbox holds on the carrier that is attached at present. */
export class Downstream implements Flushable {
  carrier: Carrier | undefined;
  /** Number of the newest attach; 0 before the first. */
  attachNumber = 0;
  /** Number of the next entry to write. */
  cursor = 1;
  /** When the carrier was last written on: ms of the clock. */
  wrote: number;
  /** The request of the next carrier brought frames, which that carrier acknowledges. */
  owesAck = false;
  /**
   * When the carrier is to acknowledge, if nothing else goes out before: ms of the clock. Undefined
   * and not infinite: V8 would keep an object for the number.
   */
  ackBy: number | undefined;
  readonly #owner: DownstreamOwner;
  readonly #outbox: Outbox;
  readonly #context: DownstreamContext;
  #isWritable = true;
  #isFlushing = false;
  /** What has to be done before the next delivery. */
  #preparation: SlicedWork | undefined;
  /** The client is to acknowledge as soon as everything is written. */
  #needsAck = false;
  /** Highest acknowledgement that went out on the present carrier. */
  #lastAckSent = 0;

  constructor(owner: DownstreamOwner, outbox: Outbox, context: DownstreamContext) {
    this.#owner = owner;
    this.#outbox = outbox;
    this.#context = context;
    this.wrote = context.clock.now();
  }

  /** Every entry was written on the present carrier or an earlier one. */
  get isAllWritten(): boolean {
    return this.cursor > this.#outbox.last;
  }

  /** Bytes that the next delivery occupies so far beside its messages. */
  get preparedBytes(): number {
    return this.#preparation?.bytes ?? 0;
  }

  /** Why attach number `n` is refused; undefined if it is not. */
  refusalOf(n: number): EndReason | undefined {
    if (n < this.attachNumber) return 'superseded';
    return this.carrier !== undefined && this.#context.policy.second === 'refused' ? 'refused' : undefined;
  }

  /** Takes another carrier, whose client has received all up to `ack`. Answers the one before. */
  attach(carrier: Carrier, n: number, ack: number): Carrier | undefined {
    const older = this.carrier;
    this.carrier = carrier;
    this.attachNumber = n;
    this.#isWritable = true;
    this.#lastAckSent = 0;
    // A repeated request may acknowledge less than was acknowledged since.
    this.cursor = Math.max(ack + 1, this.#outbox.first);
    this.wrote = this.#context.clock.now();
    // A stream begins with it.
    const waits = this.owesAck && carrier.once && this.isAllWritten;
    this.ackBy = waits ? this.wrote + ACK_DELAY : undefined;
    this.owesAck = false;
    return older;
  }

  /** A stream's position is written at once, also when nothing follows it (PROTOCOL.md §6.1). */
  begin(carrier: Carrier): void {
    if (carrier.once) this.wake();
    else this.#deliver(carrier);
  }

  /** Writes soon: all that is sent in one turn of the event loop goes out in one write. */
  wake(): void {
    if (this.#isFlushing || this.carrier === undefined || !this.#isWritable) return;
    this.#isFlushing = true;
    flushSoon(this);
  }

  /** The carrier takes more. */
  takesMore(): void {
    this.#isWritable = true;
    this.wake();
  }

  /** The client has all up to `number`. */
  acknowledged(number: number): void {
    if (this.cursor <= number) this.cursor = number + 1;
  }

  /**
   * Has the client of a stream acknowledge once it has everything: it answers an `H` with its
   * acknowledgement (PROTOCOL.md §8). The client of a poll does so with its next poll.
   */
  requestAck(): void {
    this.#needsAck = true;
  }

  /** Writes the acknowledgement that a poll owes, alone. */
  acknowledge(carrier: Carrier): void {
    const owes = this.ackBy !== undefined;
    this.ackBy = undefined;
    if (owes && this.#isWritable) this.#deliver(carrier);
  }

  heartbeat(carrier: Carrier): void {
    this.wrote = this.#context.clock.now();
    if (carrier.once) this.#owner.usedUp();
    carrier.heartbeat();
  }

  /** Called by the queue: see `wake`. */
  flush(): void {
    this.#isFlushing = false;
    const { carrier } = this;
    if (carrier === undefined || !this.#isWritable) return;
    if (
      !this.isAllWritten ||
      carrier.brief ||
      (carrier.acknowledges && this.#lastAckSent < this.#owner.received)
    )
      this.#deliver(carrier);
  }

  /** A long message is encoded in several turns of the event loop: the delivery comes later. */
  #isPreparing(entries: readonly Entry[]): boolean {
    this.#preparation ??= this.#context.policy.prepare?.(entries);
    const work = this.#preparation;
    if (work === undefined) return false;
    let isDone = work.step();
    this.#owner.preparing();
    // Without room for several of them, each is made and delivered in one turn.
    const hasRoom = this.#owner.hasRoom(0);
    while (!isDone && !hasRoom) isDone = work.step();
    if (isDone) {
      this.#preparation = undefined;
      this.#owner.preparing();
      if (!hasRoom) return false;
    }
    this.#isFlushing = true;
    setImmediate(() => this.flush());
    return true;
  }

  #deliver(carrier: Carrier): void {
    const { received } = this.#owner;
    const first = this.cursor;
    const entries = this.#outbox.from(first, carrier.room);
    if (this.#isPreparing(entries)) return;
    if (carrier.once && this.#context.policy.delivered === 'written') leaveEnd(entries);
    // An echo must not overtake the acknowledgement of what it answers: in its event,
    // `bufferedAmount` would be wrong.
    const ack = this.#lastAckSent < received ? received : -1;
    this.cursor = first + entries.length;
    this.#lastAckSent = received;
    this.wrote = this.#context.clock.now();
    if (carrier.once) this.#owner.usedUp();
    this.#isWritable = carrier.deliver({ first, entries, ack });
    this.#owner.written(this.cursor - 1);
    if (this.#needsAck && this.isAllWritten) {
      this.#needsAck = false;
      if (!carrier.once && this.#context.policy.delivered === 'acknowledged') carrier.heartbeat();
    }
    if (this.#isWritable && !this.isAllWritten) this.wake();
  }
}

/**
 * SockJS sends messages and the close in separate frames, so a response of one frame that carries
 * messages cannot also carry the close. The next response does.
 */
function leaveEnd(entries: Entry[]): void {
  if (entries.length > 1 && entries.at(-1)?.close !== undefined) entries.pop();
}
