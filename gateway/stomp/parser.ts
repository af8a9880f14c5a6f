import { isUtf8 } from 'node:buffer';
import type { Frame } from './frame.ts';
import { NO_BODY } from './frame.ts';
import type { FrameLimits } from './limits.ts';
import { StompError } from './stomp-error.ts';
import { readWholeFrame } from './whole-frame.ts';

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0;

/** Who is told what was parsed. */
export interface FrameReceiver {
  frame(frame: Frame): void;
  /** Bytes came, and all of them were EOLs between frames. */
  heartBeat(): void;
}

/**
 * Takes a stream of bytes apart into STOMP frames, wherever it was cut. The state is the method that takes the next bytes; each
 * answers where it stopped. It works on bytes, as `content-length` counts bytes and a cut may fall into a character. A plain frame that
 * stands whole in what arrived, as most do, is read by sight.
 *
 * What is unfinished is kept, and never more than `maxFrame` of it. Malformed and oversized input throws a `StompError`, as soon as it
 * can be told; a parser that threw takes nothing more.
 */
export class FrameParser {
  readonly #commands: ReadonlySet<string>;
  readonly #receiver: FrameReceiver;
  readonly #isLenient: boolean;
  #limits: FrameLimits;
  #state: (bytes: Buffer, at: number) => number = this.#betweenFrames;
  /** An unfinished line or body: the first `#held` bytes of it. */
  #store: Buffer = NO_BODY;
  #held = 0;
  /** Nothing but EOLs came in this push. */
  #isIdle = false;
  #command = '';
  #headers = new Map<string, string>();
  /** Bytes of the frame's head so far. */
  #head = 0;
  /** Bytes of a body of known length that are still to come. */
  #missing = 0;

  /**
   * A first line that is not in `commands` is malformed: whoever speaks HTTP here is found out at once. `lenient`: what is no UTF-8 in a
   * head is replaced by U+FFFD, and no error.
   */
  constructor(commands: ReadonlySet<string>, limits: FrameLimits, receiver: FrameReceiver, lenient = false) {
    this.#commands = commands;
    this.#isLenient = lenient;
    this.#limits = limits;
    this.#receiver = receiver;
  }

  /** Changes the bounds for what comes next: a client that has logged in may send more. */
  set limits(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Takes bytes that arrived. Frames are told in the call; a receiver may `stop` in it. */
  push(bytes: Buffer): void {
    this.#isIdle = this.#state === this.#betweenFrames && bytes.length > 0;
    try {
      for (let at = 0; at < bytes.length; ) at = this.#state(bytes, at);
    } catch (error) {
      this.stop();
      throw error;
    }
    if (this.#isIdle) this.#receiver.heartBeat();
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#state = (bytes) => bytes.length;
    this.#takeHeld();
  }

  /** EOLs may stand between frames; in 1.2 each may have a CR. */
  #betweenFrames(bytes: Buffer, at: number): number {
    let next = at;
    while (next < bytes.length && (bytes[next] === LF || bytes[next] === CR)) next++;
    if (next === bytes.length) return next;
    this.#isIdle = false;
    const frame = readWholeFrame(bytes, next, this.#commands, this.#limits);
    if (frame === undefined) {
      this.#state = this.#commandLine;
      return next;
    }
    this.#receiver.frame(frame);
    return next + frame.bytes.length;
  }

  #commandLine(bytes: Buffer, at: number): number {
    const end = this.#collectLine(bytes, at);
    if (end < 0) return bytes.length;
    this.#command = this.#takeLine();
    if (!this.#commands.has(this.#command)) throw new StompError('unknown command');
    this.#state = this.#headerLine;
    return end;
  }

  #headerLine(bytes: Buffer, at: number): number {
    const end = this.#collectLine(bytes, at);
    if (end < 0) return bytes.length;
    const line = this.#takeLine();
    if (line === '') this.#beginBody();
    else this.#addHeader(line);
    return end;
  }

  #countedBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#missing);
    this.#hold(bytes.subarray(at, end));
    this.#missing -= end - at;
    if (this.#missing === 0) this.#state = this.#endOfBody;
    return end;
  }

  #endOfBody(bytes: Buffer, at: number): number {
    if (bytes[at] !== NUL) throw new StompError('no NUL where content-length ends');
    this.#finish();
    return at + 1;
  }

  #openBody(bytes: Buffer, at: number): number {
    const nul = bytes.indexOf(NUL, at);
    const end = nul < 0 ? bytes.length : nul;
    if (this.#head + this.#held + end - at > this.#limits.maxFrame) throw this.#tooBig();
    this.#hold(bytes.subarray(at, end));
    if (nul < 0) return end;
    this.#finish();
    return nul + 1;
  }

  /** Holds what there is of a line. Answers where the next one begins, or -1 for more to come. */
  #collectLine(bytes: Buffer, at: number): number {
    const lf = bytes.indexOf(LF, at);
    const piece = bytes.subarray(at, lf < 0 ? bytes.length : lf);
    if (this.#held + piece.length > this.#limits.maxLine) throw new StompError('header line too long');
    if (piece.includes(NUL)) throw new StompError('NUL in the head of a frame');
    this.#hold(piece);
    if (lf < 0) return -1;
    this.#head += this.#held + 1;
    if (this.#head > this.#limits.maxFrame) throw this.#tooBig();
    return lf + 1;
  }

  #takeLine(): string {
    const line = this.#takeHeld();
    const end = line.length > 0 && line[line.length - 1] === CR ? line.length - 1 : line.length;
    if (!this.#isLenient && !isUtf8(line)) throw new StompError('header that is not UTF-8');
    return line.toString('utf8', 0, end);
  }

  #addHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new StompError('malformed header');
    if (this.#headers.size >= this.#limits.maxHeaders) throw new StompError('too many headers');
    const name = line.slice(0, colon);
    if (!this.#headers.has(name)) this.#headers.set(name, line.slice(colon + 1));
  }

  #beginBody(): void {
    const length = this.#headers.get('content-length');
    if (length === undefined) {
      this.#state = this.#openBody;
      return;
    }
    if (!/^ *\d{1,10} *$/.test(length)) throw new StompError('malformed content-length');
    this.#missing = Number(length);
    if (this.#head + this.#missing > this.#limits.maxFrame) throw this.#tooBig();
    this.#state = this.#missing === 0 ? this.#endOfBody : this.#countedBody;
  }

  #finish(): void {
    const frame = { command: this.#command, headers: this.#headers, body: this.#takeHeld() };
    this.#headers = new Map();
    this.#head = 0;
    // Before the frame is told: its receiver may stop us.
    this.#state = this.#betweenFrames;
    this.#receiver.frame(frame);
  }

  /**
   * What comes in one piece is kept as it is. More is copied into a store that doubles, as a piece may be one byte and an object for each
   * would be a hundred times its size.
   */
  #hold(piece: Buffer): void {
    if (piece.length === 0) return;
    const held = this.#held + piece.length;
    if (this.#held === 0) {
      this.#store = piece;
    } else {
      if (held > this.#store.length) {
        const larger = Buffer.allocUnsafe(Math.max(held, 2 * this.#held));
        this.#store.copy(larger, 0, 0, this.#held);
        this.#store = larger;
      }
      piece.copy(this.#store, this.#held);
    }
    this.#held = held;
  }

  #takeHeld(): Buffer {
    const whole = this.#held === 0 ? NO_BODY : this.#store.subarray(0, this.#held);
    this.#store = NO_BODY;
    this.#held = 0;
    return whole;
  }

  #tooBig(): StompError {
    return new StompError(`frame of more than ${this.#limits.maxFrame} bytes`);
  }
}
