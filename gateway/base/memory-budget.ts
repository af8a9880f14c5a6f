import { RequestError } from './errors.ts';

/** Bounds of the bytes that are held on behalf of clients. */
export interface MemoryLimits {
  /** Of all clients together. */
  readonly memory: number;
  /** Of the clients of one address. */
  readonly memoryPerAddress: number;
}

/**
 * Share of a bound above which new clients (sessions, connections, request bodies) are refused. The
 * rest is for those who are connected: they can finish what they have begun.
 */
const NEW_CLIENTS = 0.75;

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
   * Throws a `RequestError` if a new client of this address has to be refused: 503 `GW_MEMORY`, or
   * 429 `GW_MEMORY_PER_ADDRESS`.
   */
  admit(address: string): void {
    const { memory, memoryPerAddress } = this.#limits;
    if (this.#total.bytes > memory * NEW_CLIENTS) {
      throw new RequestError('GW_MEMORY');
    }
    if (this.heldFor(address) > memoryPerAddress * NEW_CLIENTS) {
      throw new RequestError('GW_MEMORY_PER_ADDRESS');
    }
  }

  /** Whether `bytes` more fit, for a client that is connected. */
  hasRoom(total: Held, ofAddress: Held, bytes: number): boolean {
    const { memory, memoryPerAddress } = this.#limits;
    return total.bytes + bytes <= memory && ofAddress.bytes + bytes <= memoryPerAddress;
  }

  forget(address: string, ofAddress: Held): void {
    if (--ofAddress.accounts === 0) this.#addresses.delete(address);
  }
}

/** Opens an account for one more holder of a client's data. */
export type OpenAccount = () => MemoryAccount;

/** The account of one holder. */
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

  /** Sets what the holder occupies now. Never refuses: call `hasRoom` first. */
  set(bytes: number): void {
    if (this.#closed) return;
    const more = bytes - this.#bytes;
    if (more === 0) return;
    this.#bytes = bytes;
    this.#total.bytes += more;
    this.#ofAddress.bytes += more;
  }

  /** Adds `bytes` to what the holder occupies; negative ones take away. */
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
