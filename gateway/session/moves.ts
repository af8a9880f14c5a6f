import type { CarrierEnd } from './carrier.ts';

/** Moves whose reasons the log has. */
const MAX_MOVES = 8;

/** The carriers of a session that has had more than one, in the words of the log. */
export class Moves {
  /** Names of the carriers in the order of their first attach. */
  carriers: string;
  #count = 0;
  #listed = '';

  /** `first`: name of the first carrier. */
  constructor(first: string) {
    this.carriers = first;
  }

  /** `why`: how the carrier before ended. */
  add(from: string, to: string, why: CarrierEnd | ''): void {
    this.#count++;
    if (this.#count <= MAX_MOVES) this.#listed += `${this.#listed && ', '}${from}>${to} ${why}`;
    if (!this.carriers.split(',').includes(to)) this.carriers += `,${to}`;
  }

  /** The first moves with their reasons, and whether there were more. */
  get text(): string {
    return this.#count > MAX_MOVES ? `${this.#listed}, …` : this.#listed;
  }
}
