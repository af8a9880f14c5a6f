/**
 * What a frame says. The entry is the node that got a request, the owner the one that answers it.
 * A kind that a node does not know is ignored, so that releases can talk to each other.
 */
export const KIND = {
  // Entry to owner.
  /** A request: head, body. Flags: `CREATE`. */
  request: 1,
  /** An Upgrade: head, the bytes behind it. */
  upgrade: 2,
  /** The client is gone. */
  gone: 3,
  /** The client has taken so many bytes (value). */
  credit: 4,
  /** Bytes of the client behind its Upgrade. */
  clientData: 5,
  /** The client has ended its side. */
  clientEnd: 6,

  // Owner to entry.
  /** A whole answer: status (value), header block, body. */
  reply: 16,
  /** The beginning of one that goes on: status (value), header block, last words. */
  stream: 17,
  /** Bytes of it, or behind an Upgrade. */
  write: 18,
  /** Its end. */
  end: 19,
  /** What the entry writes behind an Upgrade in case the owner is lost. */
  words: 20,
  /** The owner has taken so many bytes of the client (value). */
  clientCredit: 21,
  /** Another node answers this request: its name. */
  redirect: 22,

  // Either way.
  /** A question: topic (value), text. */
  ask: 32,
  /** Its answer (value). */
  answer: 33,
  /** A chunk of a long frame. Flags: `LAST`. */
  chunk: 34,
} as const;

/** Kind, flags, id of the exchange (4 bytes), value (4 bytes). */
const HEAD = 10;
/** Bytes of the length before each part. */
const LENGTH = 4;

/** A part of a frame. Text is encoded as UTF-8. */
export type Part = string | Buffer;

/**
 * Encodes a frame: a head, and parts with their lengths before them. A newer release may add parts
 * behind those that are known, and a reader takes a part that is not there for an empty one.
 */
export function encodeFrame(kind: number, id: number, value = 0, flags = 0, ...parts: Part[]): Buffer {
  let size = HEAD;
  for (const part of parts) size += LENGTH + Buffer.byteLength(part);
  const frame = Buffer.allocUnsafe(size);
  frame[0] = kind;
  frame[1] = flags;
  frame.writeUInt32LE(id, 2);
  frame.writeUInt32LE(value, 6);
  let at = HEAD;
  for (const part of parts) {
    const length = typeof part === 'string' ? frame.write(part, at + LENGTH) : part.length;
    if (typeof part !== 'string') frame.set(part, at + LENGTH);
    frame.writeUInt32LE(length, at);
    at += LENGTH + length;
  }
  return frame;
}

/** A frame that is read part by part. */
export class FrameReader {
  readonly kind: number;
  readonly flags: number;
  readonly id: number;
  readonly value: number;
  readonly #frame: Buffer;
  #at = HEAD;

  /** Throws a `RangeError` for fewer bytes than a head has. */
  constructor(frame: Buffer) {
    this.kind = frame.readUInt8(0);
    this.flags = frame.readUInt8(1);
    this.id = frame.readUInt32LE(2);
    this.value = frame.readUInt32LE(6);
    this.#frame = frame;
  }

  /** Bytes of the whole frame. */
  get length(): number {
    return this.#frame.length;
  }

  /** The next part; an empty one behind the last. Throws a `RangeError` for one that was cut. */
  next(): Buffer {
    if (this.#at === this.#frame.length) return EMPTY;
    const start = this.#at + LENGTH;
    const end = start + this.#frame.readUInt32LE(this.#at);
    if (end > this.#frame.length) throw new RangeError('a part that was cut');
    this.#at = end;
    return this.#frame.subarray(start, end);
  }

  /** The next part as text. */
  text(): string {
    return this.next().toString('utf8');
  }
}

const EMPTY = Buffer.alloc(0);
