import { StompError } from '../stomp-error.ts';

/** Bounds of one connection's transactions. */
export interface TransactionLimits {
  readonly maxTransactions: number;
  readonly maxTransaction: number;
}

interface Transaction {
  readonly actions: (() => void)[];
  size: number;
}

/** What is kept for one action beside its message. */
const ACTION_SIZE = 64;

/** The open transactions of one connection. They end with it, undone. */
export class Transactions {
  readonly #limits: TransactionLimits;
  readonly #open = new Map<string, Transaction>();
  #size = 0;

  constructor(limits: TransactionLimits) {
    this.#limits = limits;
  }

  begin(id: string): void {
    if (this.#open.has(id)) throw new StompError('the transaction has begun already');
    if (this.#open.size >= this.#limits.maxTransactions) throw new StompError('too many transactions');
    this.#open.set(id, { actions: [], size: 0 });
  }

  /** Keeps an action, and `size` bytes with it, until the transaction is committed. */
  add(id: string, size: number, action: () => void): void {
    const transaction = this.#get(id);
    const bytes = size + ACTION_SIZE;
    if (this.#size + bytes > this.#limits.maxTransaction) throw new StompError('transactions too large');
    this.#size += bytes;
    transaction.size += bytes;
    transaction.actions.push(action);
  }

  commit(id: string): void {
    const { actions } = this.#get(id);
    this.abort(id);
    for (const action of actions) action();
  }

  abort(id: string): void {
    this.#size -= this.#get(id).size;
    this.#open.delete(id);
  }

  #get(id: string): Transaction {
    const transaction = this.#open.get(id);
    if (transaction === undefined) throw new StompError('no such transaction');
    return transaction;
  }
}
