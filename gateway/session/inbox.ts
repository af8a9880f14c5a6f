import { CloseCode, type CloseStatus } from '../protocol/close.ts';
import { join } from '../protocol/fragment.ts';
import type { Message } from '../protocol/message.ts';
import type { Arrival } from '../protocol/unit.ts';

/** Fragments of one message, for a client that sends empty ones (compare CVE-2026-48779 of ws). */
const MAX_FRAGMENTS = 65_536;

const TOO_BIG: CloseStatus = { code: CloseCode.tooBig, reason: 'message too big' };
const TWO_KINDS: CloseStatus = { code: CloseCode.protocolError, reason: 'a message of two kinds' };

/** Who is told what came in, in order and once. */
export interface InboxOwner {
  arrived(message: Message): void;
  /** The client's close; nothing arrives after it. */
  closed(status: CloseStatus): void;
  /** The client cannot be followed any further: the connection is to be closed with this status. */
  failed(status: CloseStatus): void;
}

/**
 * Makes an unbroken, unrepeated row of messages of numbered frames that come repeated and out of order, and holds it back while the backend does not
 * take more.
 */
export class Inbox {
  /** Number of the last frame received in unbroken order. */
  received = 0;
  readonly #owner: InboxOwner;
  readonly #bound: number;
  readonly #maxMessage: number;
  #early: Map<number, Arrival> | undefined;
  #earlyBytes = 0;
  #fragments: Message[] | undefined;
  #fragmentBytes = 0;
  #waiting: (Message | CloseStatus)[] | undefined;
  #waitingBytes = 0;
  #held = false;
  #over = false;

  constructor(owner: InboxOwner, bound: number, maxMessage: number) {
    this.#owner = owner;
    this.#bound = bound;
    this.#maxMessage = maxMessage;
  }

  /** Holds so much that nothing more should be put in. */
  get full(): boolean {
    return this.#waitingBytes >= this.#bound;
  }

  /** Puts frames in until it is full; repeated ones are dropped, early ones kept as far as the bound goes. */
  put(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) {
      if (this.full) return;
      if (arrival.number === this.received + 1) this.#next(arrival);
      else if (arrival.number > this.received) this.#keep(arrival);
    }
  }

  /** Puts a message in that has no number, full or not. */
  add(message: Message): void {
    this.#next({ number: this.received + 1, message, more: false, close: undefined });
  }

  /** Messages wait here from now on. */
  hold(): void {
    this.#held = true;
  }

  /** What waits is handed out, and what comes goes straight through. */
  release(): void {
    this.#held = false;
    // Handing out may make the owner hold again.
    while (!this.#held && this.#waiting !== undefined) {
      const next = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#waiting = undefined;
      if (next !== undefined) this.#handOut(next);
    }
  }

  /** Nothing is handed out any more; frames are still counted. */
  stop(): void {
    this.#over = true;
    this.#early = undefined;
    this.#fragments = undefined;
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
    this.#earlyBytes -= weigh(follower.message);
    return follower;
  }

  #keep(arrival: Arrival): void {
    if (this.#over) return;
    this.#early ??= new Map();
    if (this.#early.has(arrival.number)) return;
    if (this.#earlyBytes + weigh(arrival.message) > this.#bound) return;
    this.#earlyBytes += weigh(arrival.message);
    this.#early.set(arrival.number, ownedArrival(arrival));
  }

  #receive(arrival: Arrival): void {
    if (this.#over) return;
    if (arrival.close !== undefined) {
      this.#pass(arrival.close);
      return;
    }
    const message = arrival.message as Message;
    this.#fragmentBytes += message.size;
    const flaw = this.#flawOf(message);
    if (flaw !== undefined) {
      this.stop();
      this.#owner.failed(flaw);
      return;
    }
    if (arrival.more) {
      this.#fragments ??= [];
      this.#fragments.push(message.owned());
      return;
    }
    this.#fragmentBytes = 0;
    if (this.#fragments === undefined) {
      this.#pass(message);
      return;
    }
    this.#fragments.push(message);
    const whole = join(this.#fragments);
    this.#fragments = undefined;
    this.#pass(whole);
  }

  /** What is wrong with a message or its next fragment, whose bytes have been counted. */
  #flawOf(message: Message): CloseStatus | undefined {
    if (this.#fragmentBytes > this.#maxMessage) return TOO_BIG;
    if (this.#fragments === undefined) return undefined;
    if (this.#fragments[0]?.binary !== message.binary) return TWO_KINDS;
    return this.#fragments.length === MAX_FRAGMENTS ? TOO_BIG : undefined;
  }

  #pass(next: Message | CloseStatus): void {
    if (!this.#held && this.#waiting === undefined) {
      this.#announce(next);
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push(isClose(next) ? next : next.owned());
    if (!isClose(next)) this.#waitingBytes += weigh(next);
  }

  #handOut(next: Message | CloseStatus): void {
    if (!isClose(next)) this.#waitingBytes -= weigh(next);
    this.#announce(next);
  }

  #announce(next: Message | CloseStatus): void {
    if (!isClose(next)) {
      this.#owner.arrived(next);
      return;
    }
    this.stop();
    this.#owner.closed(next);
  }
}

function isClose(next: Message | CloseStatus): next is CloseStatus {
  return 'reason' in next;
}

/** The arrival, to be kept: nothing else of its request stays with it. */
export function ownedArrival(arrival: Arrival): Arrival {
  return { ...arrival, message: arrival.message?.owned() };
}

/** What frames that were not put in yet count in memory. */
export function weighAll(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, arrival) => sum + weigh(arrival.message), 0);
}

/** What a message counts in memory: its bytes, and something for itself, so that empty ones are bounded too. */
function weigh(message: Message | undefined): number {
  return 64 + (message?.size ?? 0);
}
