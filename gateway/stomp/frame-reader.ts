import Denque from 'denque';
import type { Clock } from '../base/clock.ts';
import type { FrameParser } from './parser.ts';

/** Milliseconds that one client's input may take in one turn of the event loop. */
const SLICE = 4;

/** What a `FrameReader` reads from. */
interface Input {
  pause(): void;
  resume(): void;
}

/**
 * Feeds a parser with what arrives on a channel, for a few milliseconds at a time, so that a
 * message of many small frames does not block the event loop. It can be paused behind a frame.
 * Bytes that wait hold the channel back.
 */
export class FrameReader {
  readonly #parser: FrameParser;
  readonly #input: Input;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  /** Arrivals that are not parsed completely. */
  readonly #arrivals = new Denque<Buffer>();
  /** Index in the first arrival where the parser stopped. */
  #at = 0;
  /** Bytes of all arrivals that wait. */
  #bytes = 0;
  #sliceEnd = 0;
  #isScheduled = false;
  #isReading = false;
  #isPaused = false;
  /** `pause` was called, and no `resume` since. */
  #isInputPaused = false;
  /** The input is paused. */
  #isHeldBack = false;
  #ended = false;

  /** `onError` is called with what the parser throws; the reader has then ended. */
  constructor(parser: FrameParser, input: Input, clock: Clock, onError: (error: unknown) => void) {
    this.#parser = parser;
    this.#input = input;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Bytes that wait to be parsed. */
  get waiting(): number {
    return this.#bytes - this.#at;
  }

  /**
   * Bytes held: the arrivals that wait, each in full until its last byte is parsed, and the
   * parser's unfinished frame.
   */
  get weight(): number {
    return this.#bytes + this.#parser.weight;
  }

  /** The input is held back: it may have sent more than has arrived here. */
  get isHoldingBack(): boolean {
    return this.#isHeldBack;
  }

  /** Takes bytes that arrived. */
  push(bytes: Buffer): void {
    if (this.#ended || bytes.length === 0) return;
    this.#arrivals.push(bytes);
    this.#bytes += bytes.length;
    if (!this.#isReading && !this.#isScheduled) this.#read();
  }

  /** Stops behind the frame that is being reported, and holds the input back. */
  pause(): void {
    this.#isPaused = true;
    this.#isInputPaused = true;
    this.#applyToInput();
  }

  /**
   * Stops behind the frame that is being reported. The input is held back only once bytes wait, so
   * that its end is noticed until then.
   */
  wait(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#isInputPaused = false;
    if (!this.#isReading && !this.#isScheduled) this.#read();
  }

  /** Ignores everything from now on. */
  end(): void {
    this.#ended = true;
    this.#parser.stop();
    this.#arrivals.clear();
    this.#bytes = 0;
    this.#at = 0;
  }

  #read(): void {
    this.#isReading = true;
    this.#sliceEnd = this.#clock.now() + SLICE;
    try {
      while (!this.#isPaused && this.#arrivals.length > 0) {
        const bytes = this.#arrivals.peekFront() as Buffer;
        this.#at = this.#parser.push(bytes, this.#at, this.#isDue);
        if (this.#ended) return;
        if (this.#at < bytes.length) break;
        this.#arrivals.shift();
        this.#bytes -= bytes.length;
        this.#at = 0;
        if (this.#isDue()) break;
      }
    } catch (error) {
      this.end();
      this.#onError(error);
    } finally {
      this.#isReading = false;
    }
    if (this.#ended) return;
    if (!this.#isPaused && this.#arrivals.length > 0) this.#schedule();
    this.#applyToInput();
  }

  readonly #isDue = (): boolean => this.#isPaused || this.#ended || this.#clock.now() >= this.#sliceEnd;

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#ended) this.#read();
    });
  }

  #applyToInput(): void {
    const holdsBack = this.#isInputPaused || this.#arrivals.length > 0;
    if (holdsBack === this.#isHeldBack) return;
    this.#isHeldBack = holdsBack;
    if (holdsBack) this.#input.pause();
    else this.#input.resume();
  }
}
