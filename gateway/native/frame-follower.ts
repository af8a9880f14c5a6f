/** Why a follower stopped before the end of a chunk. */
export type FollowResult =
  /** It did not stop: the whole chunk may pass. */
  | 'none'
  /** The chunk ends within a frame's head: more bytes are needed to know its length. */
  | 'head'
  /** The chunk has the Pong that was watched for, whole: `PONG_SIZE` bytes. */
  | 'pong'
  /** The frame would make its message too long. */
  | 'tooBig';

/** Bytes of payload in a Ping of the gateway's, and so in its Pong. */
export const PING_PAYLOAD = 8;

/** A client's Pong to such a Ping: two bytes of head, four of mask, the payload. */
export const PONG_SIZE = 2 + 4 + PING_PAYLOAD;

const FIN = 0x80;
const OPCODE = 0x0f;
const CONTINUATION = 0x0;
const CLOSE = 0x8;
const PONG = 0x8a;
const MASK = 0x80;
const LENGTH = 0x7f;

/**
 * Follows the frames in one direction of a WebSocket connection (RFC 6455 §5.2) by their heads
 * alone. It knows where each frame ends and how long its message has become. It reads no payload
 * but that of the watched Pong and the code of a Close. It leaves reserved bits and unknown opcodes
 * to both ends.
 */
export class FrameFollower {
  /** Why the last `follow` stopped. */
  stop: FollowResult = 'none';
  /** Payload bytes of the present frame that have not come yet; 0 between two frames. */
  remaining = 0;
  /** A Close frame has begun: no frame may be inserted behind it. */
  closeSeen = false;
  /** Code of that Close. Undefined: it has none, or it came in several chunks. */
  closeCode: number | undefined;
  /** Messages whose last frame has begun. */
  messages = 0;
  /** Payload of the gateway's Ping, once one was sent. */
  watch: Buffer | undefined;
  readonly #maxMessage: number;
  #message = 0;

  /** `maxMessage`: bytes of payload that a message may have on the wire. */
  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /**
   * Follows `chunk` from offset `from`, and answers the offset up to which its bytes may pass. If
   * that is not the end of the chunk, `stop` says why. The next call must then begin with the frame
   * at that offset, or behind that frame if it is left out.
   */
  follow(chunk: Buffer, from: number): number {
    const end = chunk.length;
    let at = from + this.remaining;
    while (at < end) {
      const left = end - at;
      if (left < 2) return this.#stopAt(at, 'head');
      const first = chunk[at] as number;
      const second = chunk[at + 1] as number;
      let length = second & LENGTH;
      let size = second & MASK ? 6 : 2;
      if (length === 126) {
        size += 2;
        if (left < size) return this.#stopAt(at, 'head');
        length = chunk.readUInt16BE(at + 2);
      } else if (length === 127) {
        size += 8;
        if (left < size) return this.#stopAt(at, 'head');
        // Above 2^53 it is not exact, but far too big in any case.
        length = chunk.readUInt32BE(at + 2) * 0x1_0000_0000 + chunk.readUInt32BE(at + 6);
      } else if (left < size) {
        return this.#stopAt(at, 'head');
      }
      const opcode = first & OPCODE;
      if (opcode < CLOSE) {
        const message = opcode === CONTINUATION ? this.#message + length : length;
        if (message > this.#maxMessage) return this.#stopAt(at, 'tooBig');
        this.#message = message;
        if (first >= FIN) this.messages++;
      } else if (opcode === CLOSE) {
        this.closeSeen = true;
        if (length >= 2 && left >= size + 2) this.closeCode = readCloseCode(chunk, at, size);
      } else if (first === PONG && this.watch !== undefined && second === (MASK | PING_PAYLOAD)) {
        if (left < PONG_SIZE) return this.#stopAt(at, 'head');
        if (this.#isWatched(chunk, at)) return this.#stopAt(at, 'pong');
      }
      at += size + length;
    }
    this.remaining = at - end;
    this.stop = 'none';
    return end;
  }

  #stopAt(at: number, stop: FollowResult): number {
    this.remaining = 0;
    this.stop = stop;
    return at;
  }

  #isWatched(chunk: Buffer, at: number): boolean {
    for (let index = 0; index < PING_PAYLOAD; index++) {
      const byte = (chunk[at + 6 + index] as number) ^ (chunk[at + 2 + (index & 3)] as number);
      if (byte !== this.watch?.[index]) return false;
    }
    return true;
  }
}

function readCloseCode(chunk: Buffer, at: number, size: number): number {
  const code = chunk.readUInt16BE(at + size);
  const isMasked = ((chunk[at + 1] as number) & MASK) !== 0;
  return isMasked ? code ^ chunk.readUInt16BE(at + size - 4) : code;
}
