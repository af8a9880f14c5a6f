import { RequestError } from './errors.ts';

/** Bounds of what is held on behalf of clients, in bytes. */
export interface MemoryLimits {
  /** Of all clients together. */
  readonly memory: number;
  /** Of the clients of one address. */
  readonly memoryPerAddress: number;
}

/**
 * Share of a bound above which newcomers (sessions, connections, request bodies) are refused, so
 * that those who are in still have room to finish what they have begun.
 */
const NEWCOMERS = 0.75;

export interface Held {
  bytes: number;
  accounts: number;
}

/**
 * Counts the memory that is held on behalf of clients, in total and per address. Holders (inbox,
 * outbox, bodies, the broker's store) report what they occupy; the budget only counts and decides.
 */
export class MemoryBudget {
  readonly #limits: MemoryLimits;
  readonly #addresses = new Map<string, Held>();
  readonly #total: Held = { bytes: 0, accounts: 0 };

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  /** Bytes held for all clients. */
  get held(): number {
    return this.#total.bytes;
  }

  /** Bytes held for the clients of one address. */
  heldFor(address: string): number {
    return this.#addresses.get(address)?.bytes ?? 0;
  }

  /** Opens an account for one holder. `close` must be called when the holder is gone. */
  account(address: string): MemoryAccount {
    let ofAddress = this.#addresses.get(address);
    if (ofAddress === undefined) {
      ofAddress = { bytes: 0, accounts: 0 };
      this.#addresses.set(address, ofAddress);
    }
    ofAddress.accounts++;
    return new MemoryAccount(this, address, this.#total, ofAddress);
  }

  /**
   * Throws a `RequestError` if a newcomer of this address has to be refused: 503 `GW_MEMORY`, or
   * 429 `GW_MEMORY_PER_ADDRESS`.
   */
  admit(address: string): void {
    const { memory, memoryPerAddress } = this.#limits;
    if (this.#total.bytes > memory * NEWCOMERS) {
      throw new RequestError('GW_MEMORY');
    }
    if (this.heldFor(address) > memoryPerAddress * NEWCOMERS) {
      throw new RequestError('GW_MEMORY_PER_ADDRESS');
    }
  }

  /** Whether `bytes` more fit, for somebody who is in. */
  hasRoom(total: Held, ofAddress: Held, bytes: number): boolean {
    const { memory, memoryPerAddress } = this.#limits;
    return total.bytes + bytes <= memory && ofAddress.bytes + bytes <= memoryPerAddress;
  }

  forget(address: string, ofAddress: Held): void {
    if (--ofAddress.accounts === 0) this.#addresses.delete(address);
  }
}

/** Opens an account for one more holder of some client's data. */
export type OpenAccount = () => MemoryAccount;

/** What one holder occupies. */
export class MemoryAccount {
  readonly #budget: MemoryBudget;
  readonly #address: string;
  readonly #total: Held;
  readonly #ofAddress: Held;
  #bytes = 0;
  #closed = false;

  constructor(budget: MemoryBudget, address: string, total: Held, ofAddress: Held) {
    this.#budget = budget;
    this.#address = address;
    this.#total = total;
    this.#ofAddress = ofAddress;
  }

  /** Bytes that this holder occupies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Tells what the holder occupies now. Never refuses: ask `hasRoom` before taking. */
  set(bytes: number): void {
    if (this.#closed) return;
    const more = bytes - this.#bytes;
    if (more === 0) return;
    this.#bytes = bytes;
    this.#total.bytes += more;
    this.#ofAddress.bytes += more;
  }

  /** Tells that the holder occupies `bytes` more, or less if negative. */
  add(bytes: number): void {
    this.set(this.#bytes + bytes);
  }

  /** Whether the holder may occupy `bytes` more. */
  hasRoom(bytes: number): boolean {
    return this.#budget.hasRoom(this.#total, this.#ofAddress, bytes);
  }

  /** Gives everything back. */
  close(): void {
    if (this.#closed) return;
    this.set(0);
    this.#closed = true;
    this.#budget.forget(this.#address, this.#ofAddress);
  }
}
