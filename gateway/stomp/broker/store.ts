import { StompError } from '../stomp-error.ts';

/** Octets that all queues of a broker keep, and their bound. */
export class Store {
  readonly #limit: number;
  #octets = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(octets: number): void {
    if (this.#octets + octets > this.#limit) throw new StompError('the queues are full');
    this.#octets += octets;
  }

  release(octets: number): void {
    this.#octets -= octets;
  }
}
