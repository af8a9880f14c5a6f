import Denque from 'denque';
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

/** Entries that the queue of an empty outbox may have room for. */
const SMALL_QUEUE = 64;

interface WeighedEntry extends Entry {
  weight: number;
}

/** Numbered frames that the client has not acknowledged, in order. */
export class Outbox {
  /** Absent until there is one, and again when a long queue is empty. */
  #entries: Denque<WeighedEntry> | undefined;
  /** Most entries since the queue was made: it never gets smaller. */
  #most = 0;
  /** The newest entry, if it is a message that `keep` was not called on. */
  #newest: (WeighedEntry & { readonly message: Message }) | undefined;
  /** Number of the oldest entry, or of the next one to come. */
  #first = 1;
  /** Bytes that all of it occupies. */
  bytes = 0;

  /** Number of the last entry that was ever put in. */
  get last(): number {
    return this.#first + (this.#entries?.length ?? 0) - 1;
  }

  /** Number of the oldest entry that is not acknowledged. */
  get first(): number {
    return this.#first;
  }

  message(message: Message): void {
    this.#keepNewest();
    message.holders++;
    if (!message.isCompact) message.keep();
    const entry = { message, more: false, close: undefined, weight: ENTRY_WEIGHT + message.weight };
    this.#push(entry);
    this.#newest = entry;
  }

  /** Most messages are acknowledged before the next one comes, so only then a copy is worth it. */
  #keepNewest(): void {
    const newest = this.#newest;
    if (newest === undefined) return;
    newest.message.keep();
    this.bytes -= newest.weight;
    newest.weight = ENTRY_WEIGHT + newest.message.weight;
    this.bytes += newest.weight;
    this.#newest = undefined;
  }

  /** Puts a split message in. Its memory is free when its last fragment is acknowledged. */
  fragments(whole: Message, fragments: readonly Message[]): void {
    const last = fragments.length - 1;
    fragments.forEach((message, index) => {
      const weight = ENTRY_WEIGHT + FRAGMENT_WEIGHT + (index === last ? whole.weight : 0);
      this.#push({ message, more: index < last, close: undefined, weight });
    });
  }

  close(status: CloseStatus): void {
    this.#push({ message: undefined, more: false, close: status, weight: ENTRY_WEIGHT });
  }

  #push(entry: WeighedEntry): void {
    this.#entries ??= new Denque();
    this.#most = Math.max(this.#most, this.#entries.push(entry));
    this.bytes += entry.weight;
  }

  /** Forgets all entries up to and with `number`. */
  acknowledge(number: number): void {
    if (number === this.last) this.#newest = undefined;
    for (; this.#first <= number; this.#first++) this.bytes -= this.#entries?.shift()?.weight ?? 0;
    if (this.#most <= SMALL_QUEUE || !this.#entries?.isEmpty()) return;
    this.#entries = undefined;
    this.#most = 0;
  }

  /**
   * Entries from `number` on, as many as take about `room` bytes on the wire, but at least one if
   * there is one.
   */
  from(number: number, room: number): Entry[] {
    const start = number - this.#first;
    const found: Entry[] = [];
    for (let bytes = 0; bytes < room; ) {
      const entry = this.#entries?.peekAt(start + found.length);
      if (entry === undefined) break;
      found.push(entry);
      bytes += FRAME_BYTES + (entry.message?.size ?? 0);
    }
    return found;
  }
}
