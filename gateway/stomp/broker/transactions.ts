import { detached } from '../../base/detached.ts';
import type { MemoryAccount } from '../../base/memory-budget.ts';
import { limitError, memoryError, StompError } from '../stomp-error.ts';
import { Publication } from './publication.ts';
import type { Subscription } from './subscription.ts';

/** Bounds of one connection's transactions. */
export interface TransactionLimits {
  readonly maxTransactions: number;
  readonly maxTransaction: number;
}

/** An ACK or a NACK. */
export interface Settlement {
  readonly subscription: Subscription;
  readonly sequence: number;
  readonly isAccepted: boolean;
}

/** What COMMIT carries out: a SEND, an ACK or a NACK. */
export type Action = Publication | Settlement;

/** One transaction: what COMMIT will carry out. */
export interface Transaction {
  readonly actions: Action[];
  weight: number;
}

/** Bytes that an open transaction occupies beside its id (measured). */
const TRANSACTION_WEIGHT = 200;

/** Bytes that an action occupies beside a message (measured). */
const ACTION_WEIGHT = 60;

/** The open transactions of one connection. They end with it and have no effect then. */
export class Transactions {
  readonly #limits: TransactionLimits;
  readonly #account: MemoryAccount;
  readonly #open = new Map<string, Transaction>();
  #weight = 0;

  constructor(limits: TransactionLimits, account: MemoryAccount) {
    this.#limits = limits;
    this.#account = account;
  }

  begin(id: string): void {
    if (this.#open.has(id)) throw new StompError('GW_STOMP_COMMAND', 'the transaction has begun already');
    if (this.#open.size >= this.#limits.maxTransactions) throw limitError('too many transactions');
    const transaction = { actions: [], weight: 0 };
    this.#open.set(detached(id), transaction);
    this.#hold(transaction, TRANSACTION_WEIGHT + id.length);
  }

  /** Keeps an action until the transaction is committed. */
  add(id: string, action: Action): void {
    const transaction = this.#get(id);
    let weight = ACTION_WEIGHT;
    if (action instanceof Publication) {
      action.keep();
      weight = action.weight;
    }
    if (this.#weight + weight > this.#limits.maxTransaction) throw limitError('transactions too large');
    if (!this.#account.hasRoom(weight)) throw memoryError();
    this.#hold(transaction, weight);
    transaction.actions.push(action);
  }

  /** Ends a transaction. It stays counted until `release`. */
  take(id: string): Transaction {
    const transaction = this.#get(id);
    this.#open.delete(id);
    return transaction;
  }

  /** The actions of an ended transaction are carried out. */
  release(transaction: Transaction): void {
    this.#hold(transaction, -transaction.weight);
  }

  abort(id: string): void {
    this.release(this.take(id));
  }

  #hold(transaction: Transaction, bytes: number): void {
    transaction.weight += bytes;
    this.#weight += bytes;
    this.#account.add(bytes);
  }

  #get(id: string): Transaction {
    const transaction = this.#open.get(id);
    if (transaction === undefined) throw new StompError('GW_STOMP_COMMAND', 'no such transaction');
    return transaction;
  }
}
