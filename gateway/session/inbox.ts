import Denque from 'denque';
import { Assembly } from '../protocol/assembly.ts';
import type { CloseStatus } from '../protocol/close.ts';
import { CLOSES } from '../protocol/close-table.ts';
import type { Message } from '../protocol/message.ts';
import type { Arrival } from '../protocol/unit.ts';

/**
 * Fragments of one message. Their memory is bounded by the message's, so this bounds only how long
 * a client may go on with empty ones (compare CVE-2026-48779 of ws). The shim cuts a message at a
 * third of a body: 87,000 characters, or 192 where all it has is an address of 2,000 characters.
 */
const MAX_FRAGMENTS = 65_536;

/** Messages, and bytes of them, that are handed to the backend in one turn of the event loop. */
const SLICE_MESSAGES = 512;
const SLICE_BYTES = 1_048_576;

/*
 * What entries occupy beside their message, measured on the heap (Node 20, x64) and held to it by
 * test/unit/session/weights.test.ts. Early: an `Arrival` and its place in a `Map`. Waiting: a place
 * in a queue.
 */
const EARLY_WEIGHT = 100;
const WAITING_WEIGHT = 12;

/** Receives what came in, in order and once. */
export interface InboxOwner {
  arrived(message: Message): void;
  /** The client's close; nothing arrives after it. */
  closed(status: CloseStatus): void;
  /** The connection cannot go on and must be closed with this status. */
  shut(status: CloseStatus): void;
  /** Some of what waited was handed out. */
  released(): void;
  /** Whether so many bytes more may be held. */
  hasRoom(bytes: number): boolean;
}

/**
 * Turns numbered frames that come repeated and out of order into an unbroken row of messages, and
 * holds it back while the backend takes no more.
 */
export class Inbox {
  /** Number of the last frame received in unbroken order. */
  received = 0;
  protected readonly owner: InboxOwner;
  readonly #bound: number;
  readonly #maxMessage: number;
  #early: Map<number, Arrival> | undefined;
  #earlyBytes = 0;
  #assembly: Assembly | undefined;
  #waiting: Denque<Message | CloseStatus> | undefined;
  #waitingBytes = 0;
  #held = false;
  /** A slice of what waits was handed out, and the next one is on its way. */
  #isReleasing = false;
  /** The client's close came: it is the last frame, whatever comes behind it. */
  #hasClose = false;
  #over = false;

  /** `bound`: bytes, by weight, that may wait, and that early frames may have. */
  constructor(owner: InboxOwner, bound: number, maxMessage: number) {
    this.owner = owner;
    this.#bound = bound;
    this.#maxMessage = maxMessage;
  }

  /** Holds so much that nothing more should be put in. */
  get full(): boolean {
    return this.#waitingBytes >= this.#bound;
  }

  /** What is put in now has to wait. */
  get isHolding(): boolean {
    return this.#held || this.#waiting !== undefined;
  }

  /** Bytes that all of it occupies. */
  get bytes(): number {
    return this.#earlyBytes + this.#waitingBytes + (this.#assembly?.weight ?? 0);
  }

  /**
   * Puts frames in until the inbox is full. Repeated ones are dropped, early ones are kept as far
   * as the bound goes.
   */
  put(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) {
      if (this.full) return;
      if (arrival.number === this.received + 1) this.#next(arrival);
      else if (arrival.number > this.received) this.#keep(arrival);
    }
  }

  /** Puts in frames that the client will not repeat. The first has the number `received + 1`. */
  putAll(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) this.#next(arrival);
  }

  /** From now on messages wait here. */
  hold(): void {
    this.#held = true;
  }

  /** Hands out what waits, in slices, and lets what comes straight through behind it. */
  release(): void {
    this.#held = false;
    if (!this.#isReleasing) this.#handOutSlice();
  }

  /** Nothing is handed out any more; frames are still counted. */
  stop(): void {
    this.#over = true;
    this.#early = undefined;
    this.#earlyBytes = 0;
    this.#assembly = undefined;
    this.#waiting = undefined;
    this.#waitingBytes = 0;
  }

  #next(arrival: Arrival): void {
    for (let next: Arrival | undefined = arrival; next !== undefined; next = this.#takeEarly()) {
      this.received = next.number;
      this.#receive(next);
    }
  }

  #takeEarly(): Arrival | undefined {
    const follower = this.#early?.get(this.received + 1);
    if (follower === undefined) return undefined;
    this.#early?.delete(follower.number);
    this.#earlyBytes -= earlyWeight(follower);
    if (this.#early?.size === 0) this.#early = undefined;
    return follower;
  }

  #keep(arrival: Arrival): void {
    if (this.#over || this.#early?.has(arrival.number)) return;
    const weight = earlyWeight(arrival);
    if (this.#earlyBytes + weight > this.#bound || !this.owner.hasRoom(weight)) return;
    arrival.message?.keep();
    this.#early ??= new Map();
    this.#earlyBytes += earlyWeight(arrival);
    this.#early.set(arrival.number, arrival);
  }

  #receive(arrival: Arrival): void {
    if (this.#over || this.#hasClose) return;
    if (arrival.close !== undefined) {
      this.#hasClose = true;
      this.#pass(arrival.close);
      return;
    }
    const message = arrival.message as Message;
    const flaw = this.#flawOf(message);
    if (flaw !== undefined) {
      this.stop();
      this.owner.shut(flaw);
      return;
    }
    if (!arrival.more && this.#assembly === undefined) {
      this.#pass(message);
      return;
    }
    this.#assembly ??= new Assembly(message.binary);
    this.#assembly.add(message);
    if (arrival.more) return;
    const whole = this.#assembly.whole();
    this.#assembly = undefined;
    this.#pass(whole);
  }

  /** What is wrong with a message or the next fragment of one. */
  #flawOf(message: Message): CloseStatus | undefined {
    const assembly = this.#assembly;
    if ((assembly?.size ?? 0) + message.size > this.#maxMessage) return CLOSES.messageTooBig;
    if (assembly === undefined) return undefined;
    if (assembly.binary !== message.binary) return CLOSES.twoKinds;
    if (assembly.count === MAX_FRAGMENTS) return CLOSES.tooManyFragments;
    const growth = assembly.growth(message.size);
    return growth > 0 && !this.owner.hasRoom(growth) ? CLOSES.outOfMemory : undefined;
  }

  #pass(next: Message | CloseStatus): void {
    if (!this.isHolding) {
      this.#announce(next);
      return;
    }
    this.#waiting ??= new Denque();
    this.#waiting.push(next);
    if (isClose(next)) return;
    next.keep();
    this.#waitingBytes += waitingWeight(next);
  }

  #handOutSlice(): void {
    let bytes = 0;
    // Handing out may make the owner hold again, or stop.
    for (let count = 0; !this.#held && this.#waiting !== undefined; count++) {
      if (count === SLICE_MESSAGES || bytes > SLICE_BYTES) {
        this.#handOutLater();
        break;
      }
      const next = this.#waiting.shift() as Message | CloseStatus;
      if (this.#waiting.length === 0) this.#waiting = undefined;
      if (!isClose(next)) {
        bytes += next.size;
        this.#waitingBytes -= waitingWeight(next);
      }
      this.#announce(next);
    }
    this.owner.released();
  }

  /** The event loop goes round before the next slice, so that others are served in between. */
  #handOutLater(): void {
    this.#isReleasing = true;
    setImmediate(() => {
      this.#isReleasing = false;
      if (!this.#held) this.#handOutSlice();
    });
  }

  #announce(next: Message | CloseStatus): void {
    if (!isClose(next)) {
      this.owner.arrived(next);
      return;
    }
    this.stop();
    this.owner.closed(next);
  }
}

function isClose(next: Message | CloseStatus): next is CloseStatus {
  return 'reason' in next;
}

function earlyWeight({ message }: Arrival): number {
  return EARLY_WEIGHT + (message?.weight ?? 0);
}

function waitingWeight(message: Message): number {
  return WAITING_WEIGHT + message.weight;
}

/** Bytes that frames occupy which are kept as they are. */
export function weighAll(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, arrival) => sum + earlyWeight(arrival), 0);
}
