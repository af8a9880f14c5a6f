import { Message } from './message.ts';

/** Bytes of the first buffer; later ones are at least twice as long as the one before. */
const SMALLEST = 256;

/** A `Buffer` and the assembly itself, beside the bytes: measured as in `message.ts`. */
const ASSEMBLY_WEIGHT = 360;

/**
 * Puts the fragments of one message together as they come. They are copied into one buffer, so a
 * fragment costs its bytes and an empty one costs nothing.
 */
export class Assembly {
  readonly binary: boolean;
  /** Fragments so far. */
  count = 0;
  /** Bytes of payload so far. */
  size = 0;
  #buffer = Buffer.allocUnsafeSlow(SMALLEST);

  constructor(binary: boolean) {
    this.binary = binary;
  }

  /** Bytes that the assembly occupies. */
  get weight(): number {
    return ASSEMBLY_WEIGHT + this.#buffer.length;
  }

  /** Bytes that `weight` grows by when `bytes` of payload are added. */
  growth(bytes: number): number {
    const needed = this.size + bytes;
    return needed <= this.#buffer.length
      ? 0
      : Math.max(needed, 2 * this.#buffer.length) - this.#buffer.length;
  }

  /** Adds a fragment of the same kind. */
  add(fragment: Message): void {
    const growth = this.growth(fragment.size);
    if (growth > 0) this.#grow(this.#buffer.length + growth);
    const { data } = fragment;
    if (typeof data === 'string') this.#buffer.write(data, this.size);
    else this.#buffer.set(data, this.size);
    this.size += fragment.size;
    this.count++;
  }

  /** The whole message. Text is split between code points, so that the whole is UTF-8, too. */
  whole(): Message {
    const bytes = this.#buffer.subarray(0, this.size);
    return this.binary ? Message.binary(bytes) : Message.utf8(bytes);
  }

  #grow(length: number): void {
    const longer = Buffer.allocUnsafeSlow(length);
    longer.set(this.#buffer.subarray(0, this.size));
    this.#buffer = longer;
  }
}
