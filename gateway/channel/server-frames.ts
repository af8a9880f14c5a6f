import { CloseCode, mayPass, mayTravel } from '../protocol/close.ts';

const OPCODE = 0x0f;
const CLOSE = 0x8;
const LENGTH = 0x7f;
/** RSV2 and RSV3. No extension that the gateway offers has them: `ws` ends the connection. */
const RESERVED = 0x30;
/** Bytes of the longest head of a server's frame, with a code behind it. */
const LONGEST = 10 + 2;
const INCOMPLETE = -1;

export interface ServerFramesOwner {
  /**
   * There is a flaw in a head of which `ws` has read the beginning. Everywhere else `ws` ends the
   * connection by itself, behind the frames that came before.
   */
  flawed(): void;
  /** The server's Close has come. Called once. */
  closing(): void;
}

/**
 * Reads the heads of a server's frames before `ws` does (RFC 6455 §5.2), because browsers differ
 * from `ws` in two points. They fail a connection for a length that is not minimal, which `ws`
 * takes. They pass on every closing code but 1005, 1006 and 1015, where `ws` fails the connection.
 *
 * What `ws` is to read otherwise is changed where it lies. `ws` copies no chunk that waits for its
 * rest, so the change reaches it there, too.
 */
export class ServerFrames {
  /** Code of the server's Close, if `ws` refuses it. `ws` reads 1000 in its place. */
  closeCode: number | undefined;
  /** The server broke a rule that `ws` does not check. */
  isFlawed = false;
  readonly #owner: ServerFramesOwner;
  #isClosing = false;
  /** Bytes of payload of the present frame that have not come yet. */
  #remaining = 0;
  /** The chunks of an incomplete head, from its first byte on. */
  #parts: Buffer[] | undefined;
  /** Of the head that was read last: whether its length is not minimal, and where its code is. */
  #isPadded = false;
  #codeAt = 0;

  constructor(owner: ServerFramesOwner) {
    this.#owner = owner;
  }

  /** Reads a chunk. `ws` must get it next. */
  read(chunk: Buffer): void {
    if (this.isFlawed) return;
    const end = chunk.length;
    let at = this.#parts === undefined ? this.#remaining : this.#readParts(chunk);
    while (at < end && !this.isFlawed) {
      const size = this.#readHead(chunk, at);
      if (size === INCOMPLETE) {
        this.#parts = [chunk.subarray(at)];
        break;
      }
      if (this.#isPadded) this.#flaw(chunk, at);
      if (this.#codeAt > 0) this.#readCode(chunk, this.#codeAt, chunk, this.#codeAt + 1);
      at += size;
    }
    this.#remaining = Math.max(0, at - end);
  }

  /** Reads on in an incomplete head. Answers the offset in `chunk` of the frame behind it. */
  #readParts(chunk: Buffer): number {
    const parts = this.#parts as Buffer[];
    const before = parts.reduce((sum, { length }) => sum + length, 0);
    const head = Buffer.concat([...parts, chunk.subarray(0, LONGEST)]);
    parts.push(chunk);
    const size = this.#readHead(head, 0);
    if (size === INCOMPLETE) return chunk.length;
    this.#parts = undefined;
    if (this.#isPadded && before === 1) this.#flaw(parts[0] as Buffer, 0);
    else if (this.#isPadded) {
      this.isFlawed = true;
      this.#owner.flawed();
    }
    if (this.#codeAt > 0) this.#readCode(...place(parts, this.#codeAt), ...place(parts, this.#codeAt + 1));
    return size - before;
  }

  /** Answers the bytes of a frame, or `INCOMPLETE`. A masked or unknown frame is left to `ws`. */
  #readHead(bytes: Buffer, at: number): number {
    this.#isPadded = false;
    this.#codeAt = 0;
    const left = bytes.length - at;
    if (left < 2) return INCOMPLETE;
    let length = (bytes[at + 1] as number) & LENGTH;
    let size = 2;
    if (length === 126) {
      size = 4;
      if (left < size) return INCOMPLETE;
      length = bytes.readUInt16BE(at + 2);
      this.#isPadded = length < 126;
    } else if (length === 127) {
      size = 10;
      if (left < size) return INCOMPLETE;
      length = bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6);
      this.#isPadded = length < 0x1_0000;
    }
    if (((bytes[at] as number) & OPCODE) === CLOSE) {
      if (length >= 2 && left < size + 2) return INCOMPLETE;
      if (length >= 2) this.#codeAt = at + size;
      this.#closes();
    }
    return size + length;
  }

  #closes(): void {
    if (!this.#isClosing) this.#owner.closing();
    this.#isClosing = true;
  }

  #flaw(chunk: Buffer, at: number): void {
    this.isFlawed = true;
    chunk[at] = (chunk[at] as number) | RESERVED;
  }

  #readCode(first: Buffer, at: number, second: Buffer, next: number): void {
    const code = (first[at] as number) * 256 + (second[next] as number);
    if (mayTravel(code) || !mayPass(code)) return;
    this.closeCode ??= code;
    first[at] = CloseCode.normal >> 8;
    second[next] = CloseCode.normal & 0xff;
  }
}

/** The part that has the byte at `offset`, and where. */
function place(parts: readonly Buffer[], offset: number): [part: Buffer, at: number] {
  let at = offset;
  for (const part of parts) {
    if (at < part.length) return [part, at];
    at -= part.length;
  }
  throw new RangeError('behind the last part');
}
