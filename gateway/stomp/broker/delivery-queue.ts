import Denque from 'denque';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import type { Channel } from '../../channel/channel.ts';
import type { Message } from '../../protocol/message.ts';
import { limitError, memoryError, type StompError } from '../stomp-error.ts';

/** Bytes that the place of a waiting message occupies (measured). */
const PLACE_WEIGHT = 16;

/**
 * What a client is sent, and what of it waits until its channel takes more. It waits here and not
 * in the channel, so that it can be discarded: the page of a frozen tab keeps its connection, and
 * would keep everything that waits for it.
 */
export class DeliveryQueue {
  readonly #channel: Channel;
  readonly #limit: number;
  readonly #account: MemoryAccount;
  readonly #waiting = new Denque<Message>();
  /** Bytes that waiting messages occupy. */
  #weight = 0;
  #isWritable = true;

  /** `limit`: bytes that waiting messages may occupy. */
  constructor(channel: Channel, limit: number, account: MemoryAccount) {
    this.#channel = channel;
    this.#limit = limit;
    this.#account = account;
  }

  /** False while what is sent has to wait. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** Sends a message behind those that wait. Returns an error if more waits than may. */
  send(message: Message): StompError | undefined {
    if (this.#isWritable) {
      this.#isWritable = this.#channel.send(message);
      return undefined;
    }
    message.holders++;
    message.keep();
    this.#waiting.push(message);
    this.#count(message.weight + PLACE_WEIGHT);
    if (this.#weight > this.#limit) return limitError('too much waits to be read');
    return this.#account.hasRoom(0) ? undefined : memoryError();
  }

  /** To be called when the channel takes more. */
  drained(): void {
    this.#isWritable = true;
    while (this.#isWritable && this.#waiting.length > 0) this.#isWritable = this.#channel.send(this.#next());
  }

  /** Hands everything to the channel, which is about to be closed. */
  flush(): void {
    while (this.#waiting.length > 0) this.#channel.send(this.#next());
  }

  /** Discards what waits. */
  clear(): void {
    while (this.#waiting.length > 0) this.#next();
  }

  #next(): Message {
    const message = this.#waiting.shift() as Message;
    this.#count(-message.weight - PLACE_WEIGHT);
    return message;
  }

  #count(bytes: number): void {
    this.#weight += bytes;
    this.#account.add(bytes);
  }
}
