import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { Deadline } from './deadline.ts';
import type { PageStart, TaggedStart } from './page-tagger.ts';

/** What becomes of a page. One of the two is called, once; `failed` perhaps after `begin`. */
export interface HeldPageOwner {
  /** The head and the beginning may leave. `rest` is what follows; absent: nothing. */
  begin(start: TaggedStart, rest: Readable | undefined): void;
  /** The body cannot be decoded, or `isBroken`: it broke off. */
  failed(isBroken: boolean): void;
}

/**
 * Milliseconds for which the beginning of a page is held back while no more of it comes. A page
 * that the application sends in parts must not wait for its next part.
 */
const PAUSE = 100;

/** Errors of a body that did not come to its end. All others are those of the decoder. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** A page whose head waits until the tag has its place. */
export class HeldPage {
  readonly #start: PageStart;
  readonly #owner: HeldPageOwner;
  readonly #source: Readable;
  readonly #deadline: Deadline;
  #isHeld = true;

  constructor(incoming: IncomingMessage, start: PageStart, clock: Clock, owner: HeldPageOwner) {
    this.#start = start;
    this.#deadline = new Deadline(clock);
    this.#owner = owner;
    const { decoder } = start;
    this.#source = decoder ?? incoming;
    if (decoder !== undefined) {
      pipeline(incoming, decoder, (error) => {
        if (error) owner.failed(BROKEN.has(error.code ?? ''));
      });
    }
    this.#source.on('data', this.#onData);
    this.#source.on('end', this.#onEnd);
  }

  /** The client is gone. */
  stop(): void {
    if (this.#isHeld) this.#release();
  }

  readonly #onData = (chunk: Buffer): void => {
    const begun = this.#start.push(chunk);
    if (begun !== undefined) this.#begin(begun, this.#source);
    else this.#deadline.set(PAUSE, () => this.#begin(this.#start.end(), this.#source));
  };

  readonly #onEnd = (): void => this.#begin(this.#start.end(), undefined);

  #begin(begun: TaggedStart, rest: Readable | undefined): void {
    this.#release();
    this.#owner.begin(begun, rest);
  }

  #release(): void {
    this.#isHeld = false;
    this.#deadline.clear();
    this.#source.off('data', this.#onData).off('end', this.#onEnd);
  }
}
