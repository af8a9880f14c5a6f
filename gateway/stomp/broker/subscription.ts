import type { MemoryAccount } from '../../base/memory-budget.ts';
import type { Message } from '../../protocol/message.ts';
import { limitError, type StompError } from '../stomp-error.ts';
import type { Publication, Recipient } from './publication.ts';

/** How a subscription acknowledges: never, everything up to a message, or each message. */
export type AckMode = (typeof ACK_MODES)[number];
export const ACK_MODES = ['auto', 'client', 'client-individual'] as const;

/** Where a subscription gets its messages from: a queue or a topic. */
export interface Source {
  /** Bytes that it occupies, if a subscription would be its first: they are counted with that. */
  readonly weight: number;
  add(subscription: Subscription): void;
  remove(subscription: Subscription): void;
  /** These messages of the source are acknowledged. */
  acknowledged(publications: readonly Publication[]): void;
  /** These messages of the source came back, in their order. */
  rejected(publications: readonly Publication[]): void;
  /** The subscription takes more than before. */
  ready(subscription: Subscription): void;
}

/** The connection that a subscription belongs to. */
export interface Subscriber {
  /** False while what is sent has to wait. */
  readonly isWritable: boolean;
  /** What the connection's client occupies. */
  readonly account: MemoryAccount;
  send(message: Message): void;
  /** Ends the connection with an ERROR. */
  fail(error: StompError): void;
}

/** Bytes that a subscription occupies beside its id (measured). */
const SUBSCRIPTION_WEIGHT = 850;

/** Bytes that a delivered message occupies until it is acknowledged: an entry of a `Map`. */
const UNACKNOWLEDGED_WEIGHT = 48;

/** One SUBSCRIBE, until UNSUBSCRIBE or the end of its connection. */
export class Subscription {
  readonly recipient: Recipient;
  /** Subscriptions with the same key get the same MESSAGE frame. */
  readonly key: string;
  readonly #source: Source;
  readonly #subscriber: Subscriber;
  readonly #mode: AckMode;
  readonly #limit: number;
  readonly #weight: number;
  #ended = false;
  /**
   * By sequence number, in the order of delivery. Only a queue keeps the message itself, which is
   * delivered again if it comes back.
   */
  readonly #unacknowledged = new Map<number, Publication | undefined>();

  /** `limit` is the number of messages that may be delivered and not acknowledged. */
  constructor(
    source: Source,
    subscriber: Subscriber,
    to: Omit<Recipient, 'acknowledges'>,
    mode: AckMode,
    limit: number,
  ) {
    this.#source = source;
    this.#subscriber = subscriber;
    this.#mode = mode;
    this.#limit = limit;
    this.recipient = { ...to, acknowledges: mode !== 'auto' };
    const { version, acknowledges, id = '' } = this.recipient;
    this.key = `${version} ${acknowledges} ${id}`;
    this.#weight = SUBSCRIPTION_WEIGHT + 2 * id.length + source.weight;
  }

  /** It takes another message from a queue. */
  get isReady(): boolean {
    return this.#subscriber.isWritable && this.#unacknowledged.size < this.#limit;
  }

  begin(): void {
    this.#subscriber.account.add(this.#weight);
    this.#source.add(this);
  }

  /** Gives back what was not acknowledged; other subscriptions get it. */
  end(): void {
    this.#ended = true;
    this.#source.remove(this);
    const publications = [...this.#unacknowledged.values()].filter((kept) => kept !== undefined);
    this.#subscriber.account.add(-this.#weight - UNACKNOWLEDGED_WEIGHT * this.#unacknowledged.size);
    this.#unacknowledged.clear();
    this.#source.rejected(publications);
  }

  /** The connection takes more again. */
  wake(): void {
    this.#source.ready(this);
  }

  /**
   * Sends a message, encoded for this recipient. `kept` is the message if the source wants it back
   * in `acknowledged` or `rejected`.
   */
  deliver(sequence: number, kept: Publication | undefined, encoded: Message): void {
    if (this.#ended) return;
    if (this.recipient.acknowledges) {
      if (this.#unacknowledged.size >= this.#limit) {
        this.#subscriber.fail(limitError('too many messages that were not acknowledged'));
        return;
      }
      this.#unacknowledged.set(sequence, kept);
      this.#subscriber.account.add(UNACKNOWLEDGED_WEIGHT);
    }
    this.#subscriber.send(encoded);
  }

  /** Whether the message waits to be acknowledged. */
  has(sequence: number): boolean {
    return this.#unacknowledged.has(sequence);
  }

  acknowledge(sequence: number): void {
    this.#source.acknowledged(this.#settle(sequence));
    this.#source.ready(this);
  }

  reject(sequence: number): void {
    this.#source.rejected(this.#settle(sequence));
    this.#source.ready(this);
  }

  /** Mode `client` settles everything up to the message (STOMP 1.2, "ACK"). */
  #settle(sequence: number): Publication[] {
    const settled: Publication[] = [];
    if (!this.has(sequence)) return settled;
    if (this.#mode === 'client-individual') {
      this.#remove(sequence, settled);
      return settled;
    }
    for (const delivered of this.#unacknowledged.keys()) {
      this.#remove(delivered, settled);
      if (delivered === sequence) break;
    }
    return settled;
  }

  #remove(sequence: number, settled: Publication[]): void {
    const kept = this.#unacknowledged.get(sequence);
    if (kept !== undefined) settled.push(kept);
    this.#unacknowledged.delete(sequence);
    this.#subscriber.account.add(-UNACKNOWLEDGED_WEIGHT);
  }
}
