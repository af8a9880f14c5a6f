import { encodeFrame, type FrameReader, KIND } from '../cluster/frame.ts';

/** The owner's half of one exchange. */
export interface RemoteEnd {
  /** Takes a frame of the entry. */
  received(frame: FrameReader): void;
  /** The link takes more, after it was full. */
  linkDrained(): void;
  /** The client is gone, or the entry. */
  lost(): void;
}

/** An entry, as the owner sees it. */
export class EntryPeer {
  /** False: the link is full. */
  readonly send: (frame: Buffer) => boolean;
  readonly #ends = new Map<number, RemoteEnd>();

  constructor(send: (frame: Buffer) => boolean) {
    this.send = send;
  }

  get size(): number {
    return this.#ends.size;
  }

  add(id: number, end: RemoteEnd): void {
    this.#ends.set(id, end);
  }

  forget(id: number): void {
    this.#ends.delete(id);
  }

  /** Frames for an exchange that is over come late. */
  received(frame: FrameReader): void {
    this.#ends.get(frame.id)?.received(frame);
  }

  drained(): void {
    for (const end of [...this.#ends.values()]) end.linkDrained();
  }

  lost(): void {
    for (const end of [...this.#ends.values()]) end.lost();
  }
}

/** Tells the owner that nobody reads this answer. */
export function goneFrame(id: number): Buffer {
  return encodeFrame(KIND.gone, id);
}
