import type { CloseStatus } from '../protocol/close.ts';
import type { Entry } from '../protocol/delivery.ts';
import type { Message } from '../protocol/message.ts';

/**
 * What an entry occupies beside its message, and a fragment beside the message that it shares:
 * measured on the heap (Node 20, x64), held to it by test/unit/session/weights.test.ts.
 */
const ENTRY_WEIGHT = 72;
const FRAGMENT_WEIGHT = 140;

/** What a frame takes on the wire beside its payload, about. */
const FRAME_BYTES = 16;

/** Each leads to the next: an empty outbox, as most are at most times, has no queue to hold. */
interface Link extends Entry {
  readonly number: number;
  weight: number;
  next: Link | undefined;
}

/** Numbered frames that the client has not acknowledged, in order. */
export class Outbox {
  /** Number of the last entry that was ever put in. */
  last = 0;
  /** Bytes that all of it occupies. */
  bytes = 0;
  #oldest: Link | undefined;
  #newest: Link | undefined;
  /** `keep` was not called on the newest message. */
  #isLoose = false;
  /** The last entry that `from` answered: the next look begins there. */
  #reached: Link | undefined;

  /** Number of the oldest entry that is not acknowledged, or of the next one to come. */
  get first(): number {
    return this.#oldest?.number ?? this.last + 1;
  }

  message(message: Message): void {
    this.#keepNewest();
    message.holders++;
    if (!message.isCompact) message.keep();
    this.#push(message, false, undefined, ENTRY_WEIGHT + message.weight);
    this.#isLoose = true;
  }

  /** Most messages are acknowledged before the next one comes, so only then a copy is worth it. */
  #keepNewest(): void {
    const newest = this.#newest;
    if (newest?.message === undefined || !this.#isLoose) return;
    newest.message.keep();
    this.bytes -= newest.weight;
    newest.weight = ENTRY_WEIGHT + newest.message.weight;
    this.bytes += newest.weight;
    this.#isLoose = false;
  }

  /** Puts a split message in. Its memory is free when its last fragment is acknowledged. */
  fragments(whole: Message, fragments: readonly Message[]): void {
    this.#keepNewest();
    const last = fragments.length - 1;
    fragments.forEach((message, index) => {
      const weight = ENTRY_WEIGHT + FRAGMENT_WEIGHT + (index === last ? whole.weight : 0);
      this.#push(message, index < last, undefined, weight);
    });
  }

  close(status: CloseStatus): void {
    this.#keepNewest();
    this.#push(undefined, false, status, ENTRY_WEIGHT);
  }

  #push(message: Message | undefined, more: boolean, close: CloseStatus | undefined, weight: number): void {
    this.last++;
    this.bytes += weight;
    const link: Link = { message, more, close, number: this.last, weight, next: undefined };
    if (this.#newest === undefined) this.#oldest = link;
    else this.#newest.next = link;
    this.#newest = link;
  }

  /** Forgets all entries up to and with `number`. */
  acknowledge(number: number): void {
    for (let link = this.#oldest; link !== undefined && link.number <= number; link = this.#oldest) {
      this.bytes -= link.weight;
      this.#oldest = link.next;
      // An old object that is dead already would keep the next ones from a young collection.
      link.next = undefined;
      if (link === this.#reached) this.#reached = undefined;
    }
    if (this.#oldest !== undefined) return;
    this.#newest = undefined;
    this.#isLoose = false;
  }

  /**
   * Entries from `number` on, as many as take about `room` bytes on the wire, but at least one if
   * there is one.
   */
  from(number: number, room: number): Entry[] {
    const found: Entry[] = [];
    let link = this.#linkOf(number);
    for (let bytes = 0; link !== undefined && bytes < room; link = link.next) {
      found.push(link);
      this.#reached = link;
      bytes += FRAME_BYTES + (link.message?.size ?? 0);
    }
    return found;
  }

  #linkOf(number: number): Link | undefined {
    const reached = this.#reached;
    let link = reached !== undefined && reached.number <= number ? reached : this.#oldest;
    while (link !== undefined && link.number < number) link = link.next;
    return link;
  }
}
