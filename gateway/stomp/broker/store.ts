import type { MemoryAccount } from '../../base/memory-budget.ts';
import { limitError, memoryError } from '../stomp-error.ts';

/** Counts the bytes that all queues of a broker keep, and bounds them. */
export class Store {
  readonly #limit: number;
  readonly #account: MemoryAccount;

  /** `limit` is in bytes. */
  constructor(limit: number, account: MemoryAccount) {
    this.#limit = limit;
    this.#account = account;
  }

  get bytes(): number {
    return this.#account.bytes;
  }

  /** Throws a `StompError` if `bytes` more do not fit. */
  check(bytes: number): void {
    if (this.#account.bytes + bytes > this.#limit) {
      throw limitError('the queues are full', 'stomp.maxStored');
    }
    if (!this.#account.hasRoom(bytes)) throw memoryError();
  }

  take(bytes: number): void {
    this.#account.set(this.#account.bytes + bytes);
  }

  release(bytes: number): void {
    this.#account.set(this.#account.bytes - bytes);
  }
}
