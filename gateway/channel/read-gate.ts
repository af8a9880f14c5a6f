/** What is read: a connection, or what speaks a protocol on it. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

/**
 * When a channel reads its source: once someone has attached, and not while it is paused. Until then what arrives waits in the network, where it
 * holds the peer back. A connection that is being ended is read in any case, if only to throw away what comes: the peer's end stands behind it, and a connection that is
 * closed unread is reset, so that the last words on it are lost.
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

  /** Nothing that arrives is to be delivered any more. */
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

  /** Reads to the end, for nobody. */
  discard(): void {
    this.#discarding = true;
    this.#apply();
  }

  #apply(): void {
    if (this.#discarding || (this.#open && !this.#paused)) this.#source.resume();
    else this.#source.pause();
  }
}
