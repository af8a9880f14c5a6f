import type { FrameReader } from '../cluster/frame.ts';
import { KIND } from '../cluster/frame.ts';
import { goneFrame } from './entry-peer.ts';

/** The entry's half of one exchange. */
export interface EntryEnd {
  /** Takes a frame of the owner. */
  received(frame: FrameReader): void;
  /** The link takes more, after it was full. */
  linkDrained?(): void;
  /** The owner cannot be reached any more. */
  nodeLost(): void;
  /** This node ends. */
  drain(): void;
}

/** An owner, as an entry sees it. */
export class OwnerPeer {
  readonly send: (frame: Buffer) => boolean;
  readonly #nextId: () => number;
  readonly #ends = new Map<number, EntryEnd>();

  /**
   * `nextId`: never the same for a long time, so that an owner that was lost and came back cannot
   * take a new exchange for an old one.
   */
  constructor(send: (frame: Buffer) => boolean, nextId: () => number) {
    this.send = send;
    this.#nextId = nextId;
  }

  get size(): number {
    return this.#ends.size;
  }

  /** Returns the id of the exchange. */
  add(end: EntryEnd): number {
    const id = this.#nextId();
    this.#ends.set(id, end);
    return id;
  }

  forget(id: number): void {
    this.#ends.delete(id);
  }

  /** The owner learns that its answer has no reader, if it has lost that. */
  received(frame: FrameReader): void {
    const end = this.#ends.get(frame.id);
    if (end !== undefined) end.received(frame);
    else if (frame.kind === KIND.write || frame.kind === KIND.stream) this.send(goneFrame(frame.id));
  }

  drained(): void {
    for (const end of [...this.#ends.values()]) end.linkDrained?.();
  }

  nodeLost(): void {
    const ends = [...this.#ends.values()];
    this.#ends.clear();
    for (const end of ends) end.nodeLost();
  }

  drain(): void {
    for (const end of [...this.#ends.values()]) end.drain();
  }
}
