import type { MemoryAccount, OpenAccount } from '../base/memory-budget.ts';
import type { Arrival } from '../protocol/unit.ts';
import { weighAll } from '../session/inbox.ts';

/** One unit, and the bytes that it occupies. */
interface Waiting {
  readonly arrivals: readonly Arrival[];
  readonly weight: number;
}

/**
 * Frames that a WebSocket brought and its session has no room for yet, in units. They are counted
 * by what they occupy: nothing else of their messages is kept.
 */
export class WaitingFrames {
  readonly #bound: number;
  readonly #openAccount: OpenAccount;
  #account: MemoryAccount | undefined;
  #units: Waiting[] = [];
  #bytes = 0;

  /** `bound`: bytes from which on no more should come. */
  constructor(bound: number, openAccount: OpenAccount) {
    this.#bound = bound;
    this.#openAccount = openAccount;
  }

  get isEmpty(): boolean {
    return this.#units.length === 0;
  }

  /** No more should come: the bound is reached, or the memory for clients is used up. */
  get isFull(): boolean {
    return this.#bytes > this.#bound || this.#account?.hasRoom(0) === false;
  }

  /** Number of the last frame of the oldest unit. */
  get firstEnd(): number {
    return this.#units[0]?.arrivals.at(-1)?.number ?? 0;
  }

  /** Adds a unit behind the others. */
  push(arrivals: readonly Arrival[]): void {
    this.#units.push(this.#keep(arrivals));
  }

  /** Puts a unit before the others. */
  unshift(arrivals: readonly Arrival[]): void {
    this.#units.unshift(this.#keep(arrivals));
  }

  /** Takes the oldest unit out. */
  shift(): readonly Arrival[] | undefined {
    const unit = this.#units.shift();
    this.#count(this.#bytes - (unit?.weight ?? 0));
    return unit?.arrivals;
  }

  /** Forgets all. */
  clear(): void {
    this.#units = [];
    this.#count(0);
    this.#account?.close();
    this.#account = undefined;
  }

  #keep(arrivals: readonly Arrival[]): Waiting {
    for (const { message } of arrivals) message?.keep();
    const weight = weighAll(arrivals);
    this.#count(this.#bytes + weight);
    return { arrivals, weight };
  }

  #count(bytes: number): void {
    this.#bytes = bytes;
    if (bytes > 0) this.#account ??= this.#openAccount();
    this.#account?.set(bytes);
  }
}
