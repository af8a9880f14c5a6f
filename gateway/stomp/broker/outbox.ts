import Denque from 'denque';
import type { Channel } from '../../channel/channel.ts';
import type { Message } from '../../protocol/message.ts';

/**
 * What a client is sent, and what of it waits until its channel takes more. It waits here and not in the channel, so that it can be thrown
 * away: a page that is frozen keeps its connection, and would keep all of it for as long.
 */
export class Outbox {
  readonly #channel: Channel;
  readonly #limit: number;
  readonly #waiting = new Denque<Message>();
  #bytes = 0;
  #writable = true;

  /** `limit` is in bytes. */
  constructor(channel: Channel, limit: number) {
    this.#channel = channel;
    this.#limit = limit;
  }

  /** False while what is sent has to wait. */
  get writable(): boolean {
    return this.#writable;
  }

  /** Sends a message behind what waits. Answers false if that is more than may wait now. */
  send(message: Message): boolean {
    if (this.#writable) {
      this.#writable = this.#channel.send(message);
      return true;
    }
    this.#waiting.push(message);
    this.#bytes += message.size;
    return this.#bytes <= this.#limit;
  }

  /** To be called when the channel takes more. */
  drained(): void {
    this.#writable = true;
    while (this.#writable && this.#waiting.length > 0) this.#writable = this.#channel.send(this.#next());
  }

  /** Hands everything to the channel, which is about to be closed. */
  flush(): void {
    while (this.#waiting.length > 0) this.#channel.send(this.#next());
  }

  /** Throws away what waits. */
  clear(): void {
    while (this.#waiting.length > 0) this.#next();
  }

  #next(): Message {
    const message = this.#waiting.shift() as Message;
    this.#bytes -= message.size;
    return message;
  }
}
