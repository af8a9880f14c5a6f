/**
 * One WebSocket message, text or binary. It holds what it was made from and converts at most once, so that a message that is
 * passed through, or sent to many, is not encoded again.
 */
export class Message {
  readonly binary: boolean;
  /** Memo of `encodeText`: the message as a frame of the text form. */
  textFrame: string | undefined = undefined;
  /** Memo of `quote`: the message as a string of JSON. */
  quoted: string | undefined = undefined;
  #text: string | undefined;
  #bytes: Buffer | undefined;
  #size = -1;

  private constructor(binary: boolean, text: string | undefined, bytes: Buffer | undefined) {
    this.binary = binary;
    this.#text = text;
    this.#bytes = bytes;
  }

  /** A text message. `text` has no lone surrogates. */
  static text(text: string): Message {
    return new Message(false, text, undefined);
  }

  /** A text message from bytes that are known to be valid UTF-8. */
  static utf8(bytes: Buffer): Message {
    return new Message(false, undefined, bytes);
  }

  /** A binary message. */
  static binary(bytes: Buffer): Message {
    return new Message(true, undefined, bytes);
  }

  /** The text of a text message. */
  get text(): string {
    this.#text ??= (this.#bytes as Buffer).toString('utf8');
    return this.#text;
  }

  /** The bytes of a binary message, or the UTF-8 of a text message. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#text as string, 'utf8');
    return this.#bytes;
  }

  /**
   * The message, to be kept. One that was cut out of a request keeps all of it in memory, as a part of its bytes or of its text does (V8's sliced strings): this one has
   * memory of its own.
   */
  owned(): Message {
    const { size } = this;
    if (this.#bytes !== undefined && this.#bytes.buffer.byteLength < 2 * size) return this;
    const bytes = Buffer.allocUnsafeSlow(size);
    if (this.#bytes === undefined) bytes.write(this.#text as string, 'utf8');
    else bytes.set(this.#bytes);
    return new Message(this.binary, undefined, bytes);
  }

  /** What the message was made from: a string, or bytes. The cheaper thing to hand to a WebSocket library. */
  get data(): string | Buffer {
    return this.#text ?? (this.#bytes as Buffer);
  }

  /** Bytes of payload. */
  get size(): number {
    if (this.#size < 0)
      this.#size = this.#bytes ? this.#bytes.length : Buffer.byteLength(this.#text as string);
    return this.#size;
  }
}
