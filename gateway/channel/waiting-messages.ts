import Denque from 'denque';
import type { MemoryAccount, OpenAccount } from '../base/memory-budget.ts';
import type { Message } from '../protocol/message.ts';

/** Bytes of waiting messages up to which nothing is counted. */
const UNCOUNTED = 4096;

/** Messages that wait for the end of a pair to take them, counted against the memory budget. */
export class WaitingMessages {
  /** Bytes of payload. */
  size = 0;
  readonly #queue = new Denque<Message>();
  /** Bytes that all of it occupies. */
  #weight = 0;
  readonly #openAccount: OpenAccount | undefined;
  #account: MemoryAccount | undefined;

  /** `openAccount` absent: nobody counts. */
  constructor(openAccount: OpenAccount | undefined) {
    this.#openAccount = openAccount;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** False: the memory budget has no room for it. */
  push(message: Message): boolean {
    message.keep();
    this.#queue.push(message);
    this.size += message.size;
    this.#weight += message.weight;
    this.count();
    return this.#account?.hasRoom(0) !== false;
  }

  /** The oldest. Call `count` when no more are taken for now. */
  shift(): Message {
    const message = this.#queue.shift() as Message;
    this.size -= message.size;
    this.#weight -= message.weight;
    return message;
  }

  count(): void {
    if (this.#account === undefined) {
      if (this.#weight <= UNCOUNTED || this.#openAccount === undefined) return;
      this.#account = this.#openAccount();
    }
    this.#account.set(this.#weight <= UNCOUNTED ? 0 : this.#weight);
  }

  close(): void {
    this.#account?.close();
  }
}
