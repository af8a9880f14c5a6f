/** Bytes on their way to a client of another node, at which a writer has to wait. */
export const WINDOW = 131_072;

/** Bytes after which a reader says that it took them: a few for each window. */
const REPORT = 16_384;

/** Counts what was sent over the link and not taken yet by who reads it at the other end. */
export class SendWindow {
  readonly #drained: () => void;
  #outstanding = 0;
  /** A writer waits. */
  #isWaiting = false;
  #isLinkFull = false;

  /** `drained` is called when more may be sent, after `sent` returned false. */
  constructor(drained: () => void) {
    this.#drained = drained;
  }

  /** So many bytes were sent. False: the writer is to wait. */
  sent(bytes: number, linkTakesMore: boolean): boolean {
    this.#outstanding += bytes;
    if (!linkTakesMore) this.#isLinkFull = true;
    if (this.#takesMore) return true;
    this.#isWaiting = true;
    return false;
  }

  /** The other end took so many bytes. */
  credit(bytes: number): void {
    this.#outstanding -= bytes;
    this.#wake();
  }

  linkDrained(): void {
    this.#isLinkFull = false;
    this.#wake();
  }

  get #takesMore(): boolean {
    return this.#outstanding < WINDOW && !this.#isLinkFull;
  }

  #wake(): void {
    if (!this.#isWaiting || !this.#takesMore) return;
    this.#isWaiting = false;
    this.#drained();
  }
}

/** The other end of a `SendWindow`: gathers what was taken, and reports it now and then. */
export class ReceiveWindow {
  readonly #report: (bytes: number) => void;
  #taken = 0;

  constructor(report: (bytes: number) => void) {
    this.#report = report;
  }

  took(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < REPORT) return;
    const taken = this.#taken;
    this.#taken = 0;
    this.#report(taken);
  }
}
