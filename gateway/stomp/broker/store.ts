import { StompError } from '../stomp-error.ts';

/** Bytes that all queues of a broker keep, and their bound. */
export class Store {
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(bytes: number): void {
    if (this.#bytes + bytes > this.#limit) throw new StompError('the queues are full');
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}
