import type { Link } from './link.ts';
import { inChunks } from './long-frames.ts';

/**
 * Frames on their way to other nodes. What the link has no room for waits here, in order: answers
 * to a thousand clients in one turn of the event loop are no sign that a node does not read.
 */
export class Outflow {
  readonly #link: Pick<Link, 'send'>;
  /** Nodes that the link has no room for, with what waits for them. */
  readonly #waiting = new Map<string, Buffer[]>();

  constructor(link: Pick<Link, 'send'>) {
    this.#link = link;
  }

  /**
   * Sends a frame. False: the caller should wait until `drained` has answered true for that node;
   * the frame is taken all the same.
   */
  send(to: string, frame: Buffer): boolean {
    return inChunks(frame, (chunk) => this.#push(to, chunk));
  }

  /** The link takes more for this node. Answers whether it still does after what has waited. */
  drained(to: string): boolean {
    const waiting = this.#waiting.get(to) ?? [];
    this.#waiting.delete(to);
    for (const [index, frame] of waiting.entries()) {
      if (this.#link.send(to, frame)) continue;
      this.#waiting.set(to, waiting.slice(index + 1));
      return false;
    }
    return true;
  }

  /** What waits for this node has no reader any more. */
  nodeLost(name: string): void {
    this.#waiting.delete(name);
  }

  #push(to: string, frame: Buffer): boolean {
    const waiting = this.#waiting.get(to);
    if (waiting !== undefined) {
      waiting.push(frame);
      return false;
    }
    const hasRoom = this.#link.send(to, frame);
    if (!hasRoom) this.#waiting.set(to, []);
    return hasRoom;
  }
}
