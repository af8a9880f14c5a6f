import type { MemoryAccount, OpenAccount } from '../base/memory-budget.ts';

/** Bytes on their way to the network above which the sender must wait. */
export const HIGH_WATER = 64 * 1024;

/** Messages on their way above which it must wait: small ones occupy far more than their bytes. */
const MOST_MESSAGES = 1024;

/** Bytes and messages up to which nothing is counted. */
const UNCOUNTED_BYTES = 16 * 1024;
const UNCOUNTED_MESSAGES = 32;

/**
 * What a message on its way occupies beside its bytes: its frame's head and Node's entries for one
 * write (160 to 220 bytes for a string, 260 to 320 for a `Buffer`), or for the two of `ws` 8.23.
 * Measured on Node 20; test/unit/channel/weights.test.ts holds it to the heap.
 */
const WRITE_WEIGHT = 260;

/** Watches what a channel has written and its connection has not sent. */
export class UnsentWrites {
  /** The sender waits for the connection. */
  isFull = false;
  readonly #openAccount: OpenAccount | undefined;
  #account: MemoryAccount | undefined;
  #messages = 0;

  constructor(openAccount: OpenAccount | undefined) {
    this.#openAccount = openAccount;
  }

  /**
   * Whether the memory budget has room for a message. One that the connection takes at once fits.
   */
  hasRoomFor(size: number): boolean {
    if (size <= HIGH_WATER || this.#openAccount === undefined) return true;
    this.#account ??= this.#openAccount();
    return this.#account.hasRoom(size);
  }

  /**
   * Notes a message of `size` bytes, before which `buffered` bytes are unsent. True: `flushed` must
   * be called when the message is out.
   */
  wrote(size: number, buffered: number): boolean {
    if (buffered === 0) this.#messages = 0;
    this.#messages++;
    const bytes = buffered + size;
    if (bytes <= UNCOUNTED_BYTES && this.#messages <= UNCOUNTED_MESSAGES && !this.isFull) return false;
    this.#count(bytes);
    this.isFull ||= bytes > HIGH_WATER || this.#messages > MOST_MESSAGES || !this.#hasRoom;
    return true;
  }

  /** `buffered` bytes are still unsent. True: the sender may go on. */
  flushed(buffered: number): boolean {
    if (buffered <= UNCOUNTED_BYTES) this.#account?.set(0);
    else this.#count(buffered);
    if (!this.isFull || buffered > HIGH_WATER) return false;
    this.isFull = false;
    return true;
  }

  close(): void {
    this.#account?.close();
  }

  get #hasRoom(): boolean {
    return this.#account?.hasRoom(0) ?? true;
  }

  #count(bytes: number): void {
    this.#account ??= this.#openAccount?.();
    this.#account?.set(bytes + this.#messages * WRITE_WEIGHT);
  }
}
