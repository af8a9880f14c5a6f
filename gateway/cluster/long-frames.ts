import { ByteQueue } from '../base/byte-queue.ts';
import { encodeFrame, type FrameReader, KIND } from './frame.ts';

/** Bytes from which on a frame travels in chunks. It is far below `MAX_FRAME`. */
const CHUNK = 1024 ** 2;

/** Flag: no chunk of the same frame follows. */
const LAST = 1;

/** Bytes of a frame that came in chunks, at most. A body has `maxMessage`, 16 MiB by default. */
const LONGEST = 256 * 1024 ** 2;

/** Calls `send` with the frame, or with its chunks. */
export function inChunks(frame: Buffer, send: (frame: Buffer) => boolean): boolean {
  if (frame.length <= CHUNK) return send(frame);
  let takesMore = true;
  for (let at = 0; at < frame.length; at += CHUNK) {
    const end = Math.min(at + CHUNK, frame.length);
    const flags = end === frame.length ? LAST : 0;
    takesMore = send(encodeFrame(KIND.chunk, 0, 0, flags, frame.subarray(at, end)));
  }
  return takesMore;
}

/** Joins the chunks of one node's frames. They come one behind the other. */
export class ChunkJoiner {
  readonly #queue = new ByteQueue();

  /** Takes a chunk. Returns the frame with its last one. Throws a `RangeError` over the bound. */
  push(chunk: FrameReader): Buffer | undefined {
    this.#queue.push(chunk.next());
    if (this.#queue.size > LONGEST) throw new RangeError('a frame that never ends');
    return chunk.flags === LAST ? this.#queue.take() : undefined;
  }
}
