import type { MemoryAccount, OpenAccount } from '../base/memory-budget.ts';

/** Bytes of an unfinished message up to which nothing is counted. */
const UNCOUNTED = 4096;

/** What each fragment and each chunk occupy beside their bytes, measured on Node 20. */
const FRAGMENT_WEIGHT = 120;
const CHUNK_WEIGHT = 300;

/**
 * The parts of a receiver of `ws` 8.23 that say what it holds. They are private: a test checks
 * them.
 */
export interface HoldingReceiver {
  /** Chunks that belong to a frame that has not come whole. */
  readonly _buffers: readonly Buffer[];
  /** Whole fragments of a message that has not come whole. */
  readonly _fragments: readonly Buffer[];
}

/** Whose message it is. */
export interface UnfinishedOwner {
  /** The budget has no room for what `ws` holds. */
  overflowed?(): void;
}

/**
 * Counts what `ws` holds of a message that has not come whole, after every chunk that the
 * connection brought. A fragment is a view of its chunk, so every chunk since the message began is
 * kept.
 */
export class UnfinishedMessage {
  readonly #receiver: HoldingReceiver;
  readonly #openAccount: OpenAccount;
  readonly #owner: UnfinishedOwner;
  #account: MemoryAccount | undefined;
  #bytes = 0;
  #isClosed = false;
  /** A message ended in the present chunk. */
  #hasEnded = false;

  constructor(receiver: HoldingReceiver, openAccount: OpenAccount, owner: UnfinishedOwner) {
    this.#receiver = receiver;
    this.#openAccount = openAccount;
    this.#owner = owner;
  }

  /** A message has come whole. */
  ended(): void {
    this.#hasEnded = true;
  }

  close(): void {
    this.#isClosed = true;
    this.#account?.close();
  }

  /** `ws` has read a chunk of `length` bytes, or its end. */
  read(length: number): void {
    if (this.#isClosed) return;
    const { _buffers: chunks, _fragments: fragments } = this.#receiver;
    if (this.#hasEnded) this.#bytes = 0;
    this.#hasEnded = false;
    if (chunks.length === 0 && fragments.length === 0) this.#bytes = 0;
    else this.#bytes += length;
    this.#count(chunks.length, fragments.length);
  }

  #count(chunks: number, fragments: number): void {
    const weight = this.#bytes + chunks * CHUNK_WEIGHT + fragments * FRAGMENT_WEIGHT;
    if (weight <= UNCOUNTED) {
      this.#account?.set(0);
      return;
    }
    this.#account ??= this.#openAccount();
    this.#account.set(weight);
    if (!this.#account.hasRoom(0)) this.#owner.overflowed?.();
  }
}
