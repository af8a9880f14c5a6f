/** A connection, or the protocol's own object on top of it. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

/**
 * Decides when a channel reads its source: once someone has attached, and not while it is paused.
 * Until then data waits in the network, where it holds the peer back.
 *
 * A connection that is being ended is always read, if only to discard the data: the peer's end
 * stands behind it. A connection closed with unread data is reset, and the last bytes sent on it
 * are lost.
 */
export class ReadGate {
  readonly #source: Source;
  #open = false;
  #paused = false;
  #discarding = false;

  constructor(source: Source) {
    this.#source = source;
    this.#apply();
  }

  /** Data that arrives is discarded. */
  get discarding(): boolean {
    return this.#discarding;
  }

  /** Someone has attached. */
  open(): void {
    this.#open = true;
    this.#apply();
  }

  pause(): void {
    this.#paused = true;
    this.#apply();
  }

  resume(): void {
    this.#paused = false;
    this.#apply();
  }

  /** Reads to the end, and discards the data. */
  discard(): void {
    this.#discarding = true;
    this.#apply();
  }

  #apply(): void {
    if (this.#discarding || (this.#open && !this.#paused)) this.#source.resume();
    else this.#source.pause();
  }
}
