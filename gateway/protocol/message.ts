import { detached } from '../base/detached.ts';

/** Characters from which on V8 cuts a text out of its parent, `SlicedString::kMinLength`. */
const SHORTEST_SLICE = 13;

/** Bytes below which a kept text is a string: a `Buffer` costs more there than it saves. */
const SMALL_TEXT = 1024;

/** How much more than itself a message may keep in memory: a factor, and bytes or characters. */
const SLACK = 1.25;
const SMALL_SLACK = 64;

const NO_BYTES = Buffer.alloc(0);

/*
 * What kept messages occupy beside their characters and bytes, measured on the heap (Node 20, x64).
 * test/unit/session/weights.test.ts holds the counts to the heap.
 */
const OBJECT_WEIGHT = 112;
const STRING_WEIGHT = 24;
/** A `Buffer`, its `ArrayBuffer` and what V8 keeps for that. */
const BUFFER_WEIGHT = 240;

/**
 * One WebSocket message, text or binary. It holds what it was made from and converts at most once,
 * so that a message that is passed through, or sent to many, is not encoded again.
 */
export class Message {
  readonly binary: boolean;
  /** Memo of `encodeText`: the message as a frame of the text form. */
  textFrame: string | undefined = undefined;
  /** Memo of the SockJS dialect: the message as a string of JSON. */
  quoted: string | undefined = undefined;
  /** Memo of `serverFrame`: the message as a frame for native clients, or that one has had it. */
  serverFrame: Buffer | 'once' | undefined = undefined;
  /** How many outboxes have held the message. */
  holders = 0;
  #text: string | undefined;
  #bytes: Buffer | undefined;
  #size = -1;
  /** Characters of the text that this one was cut out of; 0: it is no slice. */
  readonly #parent: number;
  #isKept: boolean;

  private constructor(
    binary: boolean,
    text: string | undefined,
    bytes: Buffer | undefined,
    parent = 0,
    isKept = false,
  ) {
    this.binary = binary;
    this.#text = text;
    this.#bytes = bytes;
    this.#parent = parent;
    this.#isKept = isKept;
  }

  /** A text message. `text` has no lone surrogates. */
  static text(text: string): Message {
    return new Message(false, text, undefined);
  }

  /**
   * A text message cut out of a text of `parent` characters. It has no lone surrogates. `ascii`: it
   * has nothing but ASCII.
   */
  static slice(text: string, parent: number, ascii = false): Message {
    const message = new Message(false, text, undefined, text.length < SHORTEST_SLICE ? 0 : parent);
    if (ascii) message.#size = text.length;
    return message;
  }

  /** A text message from bytes that are known to be valid UTF-8. */
  static utf8(bytes: Buffer): Message {
    return new Message(false, undefined, bytes);
  }

  /** A text message of ASCII characters. */
  static ascii(text: string): Message {
    const message = new Message(false, text, undefined);
    message.#size = text.length;
    return message;
  }

  /** A binary message. */
  static binary(bytes: Buffer): Message {
    return new Message(true, undefined, bytes);
  }

  /** A fragment that shares the memory of a whole message, on which `keep` was called. */
  static fragment(data: string | Buffer): Message {
    if (typeof data === 'string') return new Message(false, data, undefined, 0, true);
    return new Message(true, undefined, data, 0, true);
  }

  /** The text of a text message. */
  get text(): string {
    if (this.#text !== undefined) return this.#text;
    const text = (this.#bytes as Buffer).toString('utf8');
    if (this.mayRemember) this.#text = text;
    return text;
  }

  /** The bytes of a binary message, or the UTF-8 of a text message. */
  get bytes(): Buffer {
    if (this.#bytes !== undefined) return this.#bytes;
    const bytes = Buffer.from(this.#text as string, 'utf8');
    if (this.mayRemember) this.#bytes = bytes;
    return bytes;
  }

  /** What the message holds, text or bytes: the cheaper one to hand to a WebSocket library. */
  get data(): string | Buffer {
    return this.#text ?? (this.#bytes as Buffer);
  }

  /** Bytes of payload. */
  get size(): number {
    if (this.#size < 0)
      this.#size = this.#bytes ? this.#bytes.length : Buffer.byteLength(this.#text as string);
    return this.#size;
  }

  /** It holds a text whose characters are all ASCII. */
  get isAscii(): boolean {
    return this.#text !== undefined && this.#text.length === this.size;
  }

  /** Several outboxes hold the message: converting it once saves more than the memory costs. */
  get isShared(): boolean {
    return this.holders > 1;
  }

  /** A kept message is weighed once, so it must not grow; memory that is shared is worth it. */
  get mayRemember(): boolean {
    return !this.#isKept || this.isShared;
  }

  /**
   * Prepares the message to be held for longer than a call. One that was cut out of a request or
   * a network read keeps all of that in memory: now it gets its own memory, in the smaller form.
   */
  keep(): void {
    if (this.#isKept) return;
    this.#isKept = true;
    this.serverFrame = undefined;
    const { size } = this;
    if (this.#text !== undefined) {
      if (this.#parent > 0) this.#text = detached(this.#text);
      this.#bytes = undefined;
      return;
    }
    const bytes = this.#bytes as Buffer;
    if (!this.binary && size < SMALL_TEXT) {
      this.#text = bytes.toString('utf8');
      this.#bytes = undefined;
    } else if (size === 0) this.#bytes = NO_BYTES;
    else if (bytes.buffer.byteLength > SLACK * size) this.#bytes = copied(bytes);
  }

  /** Even before `keep` the message keeps little more in memory than itself. */
  get isCompact(): boolean {
    if (this.#bytes === undefined) return this.#parent <= SMALL_SLACK + SLACK * (this.#text as string).length;
    return this.#bytes.buffer.byteLength <= SMALL_SLACK + SLACK * this.#bytes.length;
  }

  /** Bytes that the message occupies, itself included. Stays the same once it is kept. */
  get weight(): number {
    const { size } = this;
    if (size === 0) return OBJECT_WEIGHT;
    const text = this.#text;
    if (text === undefined) return OBJECT_WEIGHT + BUFFER_WEIGHT + size;
    // V8 has one byte for a character if all are below U+0100, else two.
    return OBJECT_WEIGHT + STRING_WEIGHT + (size === text.length ? size : 2 * text.length);
  }
}

function copied(bytes: Buffer): Buffer {
  // Not from Node's pool, which would be kept whole.
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
