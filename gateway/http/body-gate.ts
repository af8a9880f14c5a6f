import type { ByteQueue } from '../base/byte-queue.ts';
import { RequestError } from '../base/errors.ts';
import type { MemoryAccount } from '../base/memory-budget.ts';
import type { Remedy } from '../base/remedy.ts';
import type { RequestHead } from './request-head.ts';

/** Decides by the beginning of a body whether the rest of it is collected. */
export interface BodyGate {
  /** Bytes of the body that the decision needs. */
  readonly prefix: number;
  /**
   * Opens the account in which the collected bytes are counted. `start` is the first `prefix`
   * bytes. Throws a `RequestError` if the body is not wanted.
   */
  admit(start: Buffer, head: RequestHead): MemoryAccount;
}

/** One body on its way through a gate. */
export class BodyCollection {
  readonly #gate: BodyGate;
  readonly #head: RequestHead;
  #account: MemoryAccount | undefined;

  constructor(gate: BodyGate, head: RequestHead) {
    this.#gate = gate;
    this.#head = head;
  }

  /** Counts what has arrived so far. Returns the error to answer if no more is to be collected. */
  check(arrived: ByteQueue): Error | undefined {
    const { prefix } = this.#gate;
    if (arrived.size < prefix) return undefined;
    try {
      this.#account ??= this.#gate.admit(arrived.join().subarray(0, prefix), this.#head);
    } catch (error) {
      return error as Error;
    }
    if (!this.#account.hasRoom(arrived.size - this.#account.bytes)) {
      return new RequestError('GW_MEMORY');
    }
    this.#account.set(arrived.size);
    return undefined;
  }

  /** The body is complete, refused or cut. */
  close(): void {
    this.#account?.close();
  }
}

/** The same error; for a body over a bound that `--max-body` does not raise, with what does. */
export function withRemedy(error: Error, remedy: Remedy): Error {
  if (!(error instanceof RequestError) || error.code !== 'GW_BODY') return error;
  return new RequestError('GW_BODY', error.message, remedy);
}

/** The answer to a body that is over its bound. */
export function bodyTooLong(): RequestError {
  return new RequestError('GW_BODY');
}
