import { isUtf8 } from 'node:buffer';
import type { Frame } from './frame.ts';
import { NO_BODY } from './frame.ts';
import type { FrameLimits } from './limits.ts';
import { StompError } from './stomp-error.ts';
import { readWholeFrame } from './whole-frame.ts';

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0;

/** Bytes of EOLs between frames that one step skips. */
const EOL_STEP = 16 * 1024;

/** Bytes that a header entry occupies beside its text: a `Map` entry and two strings (measured). */
const HEADER_WEIGHT = 120;

/** Receives what a parser finds. */
export interface FrameReceiver {
  frame(frame: Frame): void;
  /** One arrival consisted of EOLs between frames and nothing else. */
  heartBeat(): void;
}

const never = (): boolean => false;

/**
 * Splits a stream of bytes into STOMP frames, however the stream is cut. The state is the method
 * that takes the next bytes; each returns the index where it stopped. It works on bytes, because
 * `content-length` counts bytes and a cut may fall inside a character. A plain frame that arrives
 * whole, as most do, is read by `readWholeFrame`.
 *
 * The parser keeps what is unfinished, never more than `maxFrame` bytes of it. It throws a
 * `StompError` for malformed and oversized input as early as possible, and ignores everything after
 * that. Its work is linear in the size of the input.
 */
export class FrameParser {
  readonly #commands: ReadonlySet<string>;
  readonly #receiver: FrameReceiver;
  readonly #isLenient: boolean;
  #limits: FrameLimits;
  #state: (bytes: Buffer, at: number) => number = this.#betweenFrames;
  /** An unfinished line or body: the first `#held` bytes of this buffer. */
  #buffer: Buffer = NO_BODY;
  #held = 0;
  /** This arrival consisted of EOLs so far. */
  #isIdle = false;
  #command = '';
  #headers = new Map<string, string>();
  /** Bytes of the frame's head so far. */
  #head = 0;
  /** Bytes that the head's strings occupy. */
  #headWeight = 0;
  /** Bytes still missing of a body with `content-length`. */
  #missing = 0;

  /**
   * A first line that is not in `commands` is malformed, so a client that speaks HTTP is noticed at
   * once. `lenient`: bytes of a head that are not UTF-8 become U+FFFD instead of an error.
   */
  constructor(commands: ReadonlySet<string>, limits: FrameLimits, receiver: FrameReceiver, lenient = false) {
    this.#commands = commands;
    this.#isLenient = lenient;
    this.#limits = limits;
    this.#receiver = receiver;
  }

  /** Changes the bounds for what follows: a client that has logged in may send more. */
  set limits(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Bytes that the unfinished frame occupies. */
  get weight(): number {
    return this.#buffer.buffer.byteLength * Number(this.#held > 0) + this.#headWeight;
  }

  /**
   * Takes bytes that arrived, from index `from` on, and reports frames within the call. `isDue` is
   * called after each line, frame or large step; if it returns true, the parser stops there.
   * Returns the index where it stopped; the caller passes the same bytes again with that index. A
   * receiver may call `stop`.
   */
  push(bytes: Buffer, from = 0, isDue: () => boolean = never): number {
    if (from === 0) this.#isIdle = this.#state === this.#betweenFrames && bytes.length > 0;
    let at = from;
    try {
      while (at < bytes.length) {
        at = this.#state(bytes, at);
        if (at < bytes.length && isDue()) return at;
      }
    } catch (error) {
      this.stop();
      throw error;
    }
    if (this.#isIdle) this.#receiver.heartBeat();
    return at;
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#state = (bytes) => bytes.length;
    this.#isIdle = false;
    this.#headers = new Map();
    this.#headWeight = 0;
    this.#takeHeld();
  }

  /** EOLs may stand between frames. In 1.2 each may have a CR. */
  #betweenFrames(bytes: Buffer, at: number): number {
    const last = Math.min(bytes.length, at + EOL_STEP);
    let next = at;
    while (next < last && (bytes[next] === LF || bytes[next] === CR)) next++;
    if (next === last) return next;
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
    if (!this.#commands.has(this.#command)) throw malformed('unknown command');
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
    this.#missing -= end - at;
    this.#hold(bytes.subarray(at, end), this.#missing === 0);
    if (this.#missing === 0) this.#state = this.#endOfBody;
    return end;
  }

  #endOfBody(bytes: Buffer, at: number): number {
    if (bytes[at] !== NUL) throw malformed('no NUL where content-length ends');
    this.#finish();
    return at + 1;
  }

  #openBody(bytes: Buffer, at: number): number {
    const nul = bytes.indexOf(NUL, at);
    const end = nul < 0 ? bytes.length : nul;
    if (this.#head + this.#held + end - at > this.#limits.maxFrame) throw this.#tooBig();
    this.#hold(bytes.subarray(at, end), nul >= 0);
    if (nul < 0) return end;
    this.#finish();
    return nul + 1;
  }

  /** Holds what there is of a line. Returns where the next line begins, or -1 if more must come. */
  #collectLine(bytes: Buffer, at: number): number {
    const { maxFrame, maxHead, maxLine } = this.#limits;
    const lf = bytes.indexOf(LF, at);
    const part = bytes.subarray(at, lf < 0 ? bytes.length : lf);
    if (this.#held + part.length > maxLine) throw malformed('header line too long');
    if (part.includes(NUL)) throw malformed('NUL in the head of a frame');
    this.#hold(part, lf >= 0);
    if (lf < 0) return -1;
    this.#head += this.#held + 1;
    if (this.#head > maxFrame) throw this.#tooBig();
    if (this.#head > maxHead) throw malformed(`head of more than ${maxHead} bytes`);
    return lf + 1;
  }

  #takeLine(): string {
    const line = this.#takeHeld();
    const end = line.length > 0 && line[line.length - 1] === CR ? line.length - 1 : line.length;
    if (!this.#isLenient && !isUtf8(line)) throw malformed('header that is not UTF-8');
    const text = line.toString('utf8', 0, end);
    // V8 keeps a string with any other character than Latin-1 in two bytes per character.
    this.#headWeight += text.length === end ? end : 2 * text.length;
    return text;
  }

  #addHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw malformed('malformed header');
    if (this.#headers.size >= this.#limits.maxHeaders) throw malformed('too many headers');
    this.#headWeight += HEADER_WEIGHT;
    const name = line.slice(0, colon);
    if (!this.#headers.has(name)) this.#headers.set(name, line.slice(colon + 1));
  }

  #beginBody(): void {
    const length = this.#headers.get('content-length');
    if (length === undefined) {
      this.#state = this.#openBody;
      return;
    }
    if (!/^ *\d{1,10} *$/.test(length)) throw malformed('malformed content-length');
    this.#missing = Number(length);
    if (this.#head + this.#missing > this.#limits.maxFrame) throw this.#tooBig();
    this.#state = this.#missing === 0 ? this.#endOfBody : this.#countedBody;
  }

  #finish(): void {
    const frame = { command: this.#command, headers: this.#headers, body: this.#takeHeld() };
    this.#headers = new Map();
    this.#head = 0;
    this.#headWeight = 0;
    // Before the frame is reported: its receiver may call `stop`.
    this.#state = this.#betweenFrames;
    this.#receiver.frame(frame);
  }

  /**
   * Holds bytes until the line or body is complete. What is complete in one part is not copied. Nor
   * is a first part, unless it would keep far more memory than its own alive. Further parts are
   * copied into a buffer that doubles, because a part may be a single byte, and an object for each
   * would cost a hundred times that.
   */
  #hold(part: Buffer, isComplete: boolean): void {
    if (part.length === 0) return;
    const held = this.#held + part.length;
    if (this.#held === 0 && (isComplete || part.buffer.byteLength < 2 * part.length)) {
      this.#buffer = part;
    } else {
      if (held > this.#buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(held, 2 * this.#held));
        this.#buffer.copy(larger, 0, 0, this.#held);
        this.#buffer = larger;
      }
      part.copy(this.#buffer, this.#held);
    }
    this.#held = held;
  }

  #takeHeld(): Buffer {
    const whole = this.#held === 0 ? NO_BODY : this.#buffer.subarray(0, this.#held);
    this.#buffer = NO_BODY;
    this.#held = 0;
    return whole;
  }

  #tooBig(): StompError {
    return malformed(`frame of more than ${this.#limits.maxFrame} bytes`, '--max-message');
  }
}

function malformed(message: string, option?: string): StompError {
  return new StompError('GW_STOMP_FRAME', message, { fields: { option } });
}
