import Denque from 'denque';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import type { Channel } from '../../channel/channel.ts';
import type { Message } from '../../protocol/message.ts';
import { limitError, memoryError, type StompError } from '../stomp-error.ts';

/** Bytes that a waiting message occupies beside its payload: the object, its buffer, its place. */
const MESSAGE_WEIGHT = 420;

/**
 * What a client is sent, and what of it waits until its channel takes more. It waits here and not in
 * the channel, so that it can be discarded: the page of a frozen tab keeps its connection, and would
 * keep everything that waits for it.
 */
export class DeliveryQueue {
  readonly #channel: Channel;
  readonly #limit: number;
  readonly #account: MemoryAccount;
  readonly #waiting = new Denque<Message>();
  /** Bytes of payload that wait. */
  #bytes = 0;
  #isWritable = true;

  /** `limit`: bytes of payload that may wait. */
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
    const { size } = message;
    this.#waiting.push(message);
    this.#bytes += size;
    this.#account.add(size + MESSAGE_WEIGHT);
    if (this.#bytes > this.#limit || this.#waiting.length * MESSAGE_WEIGHT > this.#limit) {
      return limitError('too much waits to be read');
    }
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
    this.#bytes -= message.size;
    this.#account.add(-message.size - MESSAGE_WEIGHT);
    return message;
  }
}
